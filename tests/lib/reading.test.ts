/** What of a dataset's texts is made visible, and which parts of a message are told apart. */
import { expect, test } from 'vitest'
import { readCalls, readTools, splitThinking } from '@/lib/datasets/reading'
import { hiddenRuns } from '@/lib/hidden-characters'

test('control and direction characters are named, all else stays', () => {
  expect(hiddenRuns('a\u202eb')).toEqual(['a', { code: 'U+202E', times: 1 }, 'b'])
  expect(hiddenRuns('\x07\x07\x07')).toEqual([{ code: 'U+0007', times: 3 }])
  expect(hiddenRuns('\x01\x02')).toEqual([{ code: 'U+0001', times: 1 }, { code: 'U+0002', times: 1 }])
  // Tabs, line ends, joined emoji, Arabic and Persian with its joiner are text.
  for (const plain of ['a\tb\r\nc', '👩‍👩‍👧', 'مرحبا', 'می‌خواهم', '']) expect(hiddenRuns(plain).join('')).toBe(plain)
  expect(hiddenRuns('a\rb')).toContainEqual({ code: 'U+000D', times: 1 })
})

test('a million hidden characters are found in no time', () => {
  const before = performance.now()
  expect(hiddenRuns('\u200b'.repeat(1_000_000))).toEqual([{ code: 'U+200B', times: 1_000_000 }])
  expect(performance.now() - before).toBeLessThan(5000)
})

test('thinking stands apart only where it begins an answer and ends', () => {
  expect(splitThinking('<think>\na\n</think>\n\nb')).toEqual({ thinking: '\na\n', rest: 'b' })
  expect(splitThinking('<think>never ends')).toEqual({ thinking: null, rest: '<think>never ends' })
  expect(splitThinking('say <think>x</think>')).toEqual({ thinking: null, rest: 'say <think>x</think>' })
})

test('calls and tools are read with their numbers as they are written', () => {
  expect(readCalls('{"name": "f", "arguments": {"x": 1.0}}')).toEqual([{ name: 'f', arguments: '{\n  "x": 1.0\n}' }])
  expect(readCalls('[{"name": "f", "arguments": "{\\"x\\": 12345678901234567890}"}, {"name": "g"}]')).toEqual([
    { name: 'f', arguments: '{\n  "x": 12345678901234567890\n}' }, { name: 'g', arguments: '' },
  ])
  for (const other of ['', 'no', '[]', '[1]', '{"name": 3}', '"f"']) expect(readCalls(other)).toBeNull()
  expect(readTools('[{"type": "function", "function": {"name": "f", "description": "d"}}]')).toEqual([{ name: 'f', description: 'd', parameters: 'null' }])
  for (const other of ['', '{}', '[{"description": "no name"}]']) expect(readTools(other)).toBeNull()
})
