/** The curves' geometry: the grips of the shown part. */
import { expect, test } from 'vitest'
import { GRIP_WIDTH, gripsAt } from '@/components/run/chart/geometry'

test.each([
  ['far apart: at the ends', [100, 300], [100, 300]],
  ['the whole', [0, 600], [0, 600]],
  ['close: pushed apart, around the same middle', [299, 301], [288, 312]],
  ['close at the start: kept inside', [0, 2], [0, 24]],
  ['close at the end: kept inside', [598, 600], [576, 600]],
])('grips %s', (_, [left, right], expected) => {
  expect(gripsAt(left, right, 600)).toEqual(expected)
})

test('grips never cover each other, whatever the width', () => {
  for (const width of [1, 10, 24, 25, 300]) {
    for (let left = 0; left <= width; left += width / 20) {
      const [from, to] = gripsAt(left, left + width / 20, width)
      expect(to - from).toBeGreaterThanOrEqual(GRIP_WIDTH - 1e-9)
      expect(from).toBeGreaterThanOrEqual(0)
    }
  }
})
