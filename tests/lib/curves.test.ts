/** The chart's arithmetic: curves from records, smoothing, thinning, ticks. */
import { describe, expect, test } from 'vitest'
import { bounds, curveOver, curvesOf, logBounds, logTicks, nearestTo, roundTicks, smooth, sparkOf, spanOf, thin, withRecords } from '@/lib/curves'
import { extremes, sketched } from '@/lib/sketch'

const wave = (count: number) => {
  const x = Array.from({ length: count }, (_, index) => index)
  return { x, y: x.map((step) => Math.sin(step / 50) + (step === 777 ? 9 : 0)) }
}

describe('curves from records', () => {
  test('evaluations are a curve of their own, absent and broken values are no points', () => {
    const curves = curvesOf([
      { current_steps: 1, total_steps: 3, loss: 2, lr: 0.1 },
      { current_steps: 2, total_steps: 3, loss: Number.NaN },
      { current_steps: 2, total_steps: 3, eval_loss: 1.5 },
      { current_steps: 3, total_steps: 3, loss: 1 },
    ])
    expect(curveOver(curves, 'loss')).toEqual({ x: [1, 3], y: [2, 1] })
    expect(curveOver(curves, 'eval_loss')).toEqual({ x: [2], y: [1.5] })
    expect(curveOver(curves, 'lr')).toEqual({ x: [1], y: [0.1] })
    expect(curveOver(curves, 'reward')).toEqual({ x: [], y: [] })
  })

  test('steps that a resumed run logged again replace the first ones', () => {
    const curves = curvesOf([1, 2, 3, 4, 3, 4, 5].map((step, index) => ({ current_steps: step, total_steps: 5, loss: index })))
    expect(curveOver(curves, 'loss')).toEqual({ x: [1, 2, 3, 4, 5], y: [0, 1, 4, 5, 6] })
  })

  const logged = Array.from({ length: 50 }, (_, index) => {
    const trained = { current_steps: index + 1, total_steps: 50, loss: 5 / (index + 1), reward: index, elapsed_time: `0:00:${String(index).padStart(2, '0')}`, total_tokens: index * 100 }
    return index % 10 === 9 ? [trained, { current_steps: index + 1, total_steps: 50, eval_loss: 1, epoch: 1 }] : [trained]
  }).flat()

  test('every number that is logged is a curve but those that say where a record stands', () => {
    expect(Object.keys(curvesOf(logged).series).sort()).toEqual(['eval_loss', 'loss', 'reward'])
  })

  test('are the same whether the records come at once or one by one', () => {
    const grown = logged.reduce((curves, record) => withRecords(curves, [record]), curvesOf([]))
    expect(grown).toEqual(curvesOf(logged))
  })

  test('go over time and tokens too; an evaluation stands where the record before it does', () => {
    const curves = curvesOf(logged)
    expect(curveOver(curves, 'loss', 'seconds').x.slice(0, 3)).toEqual([0, 1, 2])
    expect(curveOver(curves, 'eval_loss', 'seconds').x).toEqual([9, 19, 29, 39, 49])
    expect(curveOver(curves, 'eval_loss', 'tokens').x).toEqual([900, 1900, 2900, 3900, 4900])
  })
})

describe('smoothing', () => {
  test('leaves a curve as it is at weight 0 and a constant one at any weight', () => {
    const curve = wave(100)
    expect(smooth(curve, 0).y).toEqual(curve.y)
    for (const value of smooth({ x: [1, 2, 3], y: [4, 4, 4] }, 0.9).y) expect(value).toBeCloseTo(4, 12)
  })

  test('is the weighted mean of what came before', () => {
    const { y } = smooth({ x: [1, 2, 3], y: [1, 2, 4] }, 0.5)
    expect(y[0]).toBeCloseTo(1, 12)
    expect(y[1]).toBeCloseTo((0.25 * 1 + 0.5 * 2) / 0.75, 12)
    expect(y[2]).toBeCloseTo((0.125 * 1 + 0.25 * 2 + 0.5 * 4) / 0.875, 12)
  })
})

describe('thinning', () => {
  test('keeps ends, order and a lone peak of a hundred thousand points', () => {
    const kept = thin(wave(100_000), 500)
    expect(kept).toHaveLength(500)
    expect(kept[0]).toBe(0)
    expect(kept.at(-1)).toBe(99_999)
    expect(kept).toContain(777)
    expect(kept.every((index, place) => place === 0 || index > kept[place - 1])).toBe(true)
  })

  test('keeps every point where there are few', () => expect(thin(wave(40), 500)).toHaveLength(40))
})

test('a part of a curve reaches over its edges, and is empty beyond the end', () => {
  expect(sketched(wave(100), 10.5, 20.5, 500).x).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21])
  expect(spanOf(wave(100), 10.5, 20.5)).toEqual([10, 22])
  expect(sketched(wave(100), 500, 600, 500).x).toEqual([])
})

test('the nearest point is found at both ends and between', () => {
  const curve = { x: [1, 2, 4, 8], y: [0, 0, 0, 0] }
  expect([-5, 1.4, 1.6, 3, 7, 99].map((at) => nearestTo(curve, at))).toEqual([0, 0, 1, 2, 3, 3])
  expect(nearestTo({ x: [], y: [] }, 1)).toBe(-1)
})

test('a logarithmic axis has room at both ends and round ticks, and no place for what is not positive', () => {
  const [low, high] = logBounds([-1, 0, 0.02, 3])
  expect(low).toBeLessThan(0.02)
  expect(low).toBeGreaterThan(0.01)
  expect(high).toBeGreaterThan(3)
  expect(logTicks(0.015, 4)).toEqual([0.02, 0.05, 0.1, 0.2, 0.5, 1, 2])
  expect(logTicks(1e-9, 1)).toEqual([1e-9, 1e-7, 1e-5, 0.001, 0.1])
  expect(logTicks(2.1, 2.4).length).toBeGreaterThan(1)
  expect(logBounds([-1])).toEqual([0.1, 1])
})

test('ticks are round and inside', () => {
  expect(roundTicks(0, 400, 8, true)).toEqual([0, 50, 100, 150, 200, 250, 300, 350, 400])
  expect(roundTicks(0, 3.3, 5)).toEqual([0, 1, 2, 3])
  expect(roundTicks(1, 3, 8, true)).toEqual([1, 2, 3])
  expect(roundTicks(0.00012, 0.00098, 2)).toEqual([0.0005])
  expect(roundTicks(5, 5, 4)).toEqual([5])
})

test('bounds leave room, start at zero where it is near, and never collapse', () => {
  expect(bounds([])).toEqual([0, 1])
  const [low, high] = bounds([10, 11])
  expect(low).toBeLessThan(10)
  expect(high).toBeGreaterThan(11)
  expect(bounds([0.1, 3])[0]).toBe(0)
  expect(bounds([2, 2])[0]).toBeLessThan(bounds([2, 2])[1])
})

test('a small line has the ends of the whole and no more points than asked for', () => {
  const records = Array.from({ length: 1000 }, (_, index) => ({ current_steps: index + 1, total_steps: 1000, loss: 1 / (index + 1) }))
  const { x, y } = sparkOf(records, 60)
  expect([x.length, x[0], x.at(-1), y[0]]).toEqual([60, 1, 1000, 1])
})

test('a smoothed curve stays whole when its run goes on', () => {
  const record = (current_steps: number) => ({ current_steps, total_steps: 9, epoch: 0, percentage: 0, elapsed_time: '0:00:01', remaining_time: '0:00:01', loss: 1 / current_steps })
  const curves = curvesOf([record(1), record(2)])
  const smoothed = smooth(curveOver(curves, 'loss'), 0.6)
  withRecords(curves, [record(3)])
  expect(smoothed.x).toEqual([1, 2])
  expect(sketched(smoothed, 1, 3, 500)).toEqual(smoothed)
  const further = smooth(curveOver(curves, 'loss'), 0.6)
  expect(further.y).toEqual(smooth({ x: [1, 2, 3], y: [1, 1 / 2, 1 / 3] }, 0.6).y)
  expect(smooth(curveOver(curves, 'loss'), 0.9).y).toEqual(smooth({ x: [1, 2, 3], y: [1, 1 / 2, 1 / 3] }, 0.9).y)
})

describe('a sketch', () => {
  /** Loud values whose extremes lie anywhere; the same for every run of the test. */
  const noise = (count: number) => Array.from({ length: count }, (_, index) => Math.sin(index * 12.9898) * (index % 97))
  const between = (y: readonly number[], first: number, after: number) => [Math.min(...y.slice(first, after)), Math.max(...y.slice(first, after))]

  test.each([[0, 10_000, 500], [13, 9_777, 500], [4_096, 8_192, 100], [9_000, 10_000, 60], [1, 40, 20]])('of [%i, %i) in %i points keeps both ends, the lowest and the highest', (first, after, count) => {
    const y = noise(10_000)
    const kept = extremes(y, first, after, count)
    expect(kept.length).toBeLessThanOrEqual(count)
    expect(kept.length).toBeGreaterThan(count / 3)
    expect([kept[0], kept.at(-1)]).toEqual([first, after - 1])
    expect(kept.every((index, place) => place === 0 || index > kept[place - 1])).toBe(true)
    expect([Math.min(...kept.map((index) => y[index])), Math.max(...kept.map((index) => y[index]))]).toEqual(between(y, first, after))
  })

  test('is the same of a column that grew value by value as of one that was there at once', () => {
    const grown: number[] = []
    const all = noise(5000)
    for (const value of all) {
      grown.push(value)
      if (grown.length % 500 === 0) expect(extremes(grown, 0, grown.length, 100)).toEqual(extremes([...grown], 0, grown.length, 100))
    }
    expect(extremes(grown, 777, 4500, 200)).toEqual(extremes([...all], 777, 4500, 200))
  })

  test('and a smoothed curve follow a run whose log was written anew from some step on', () => {
    const record = (current_steps: number, loss: number) => ({ current_steps, total_steps: 900, loss })
    const once = Array.from({ length: 900 }, (_, index) => record(index + 1, Math.sin(index)))
    const again = Array.from({ length: 300 }, (_, index) => record(index + 601, 9 + Math.cos(index)))
    const curves = curvesOf(once)
    const look = () => ({ drawn: sketched(curveOver(curves, 'loss'), 0, 900, 60), soft: smooth(curveOver(curves, 'loss'), 0.9) })
    look()
    const resumed = withRecords(curves, again)
    const fresh = curvesOf([...once.slice(0, 600), ...again])
    expect(curveOver(resumed, 'loss')).toEqual(curveOver(fresh, 'loss'))
    expect(sketched(curveOver(resumed, 'loss'), 0, 900, 60)).toEqual(sketched(curveOver(fresh, 'loss'), 0, 900, 60))
    expect(smooth(curveOver(resumed, 'loss'), 0.9)).toEqual(smooth(curveOver(fresh, 'loss'), 0.9))
  })
})
