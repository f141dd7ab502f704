import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LogRecord } from '@/lib/run'
import { lineJoiner, parseLogLine } from '@/lib/run-files'
import { emptyHeldRun, joinTail, type HeldRun, type RunPosition, type RunTail } from '@/lib/run-tail'
import { openRunView, type RunView } from '@/server/runs/run-view'
import { followFile } from '@/server/runs/follow'

let folder: string
let view: RunView
const log = () => path.join(folder, 'trainer_log.jsonl')
const text = () => path.join(folder, 'running_log.txt')
const record = (step: number, loss = 1): LogRecord => ({ current_steps: step, total_steps: 1000, loss })
const lines = (records: LogRecord[]) => records.map((entry) => `${JSON.stringify(entry)}\n`).join('')
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

/** A small generator of its own, so that a failure repeats. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** As `joinTail`, for news that lacks nothing. */
function joined(held: HeldRun, tail: RunTail): HeldRun {
  const next = joinTail(held, tail)
  if (next === null) throw new Error(`a gap before record ${tail.from_record}`)
  return next
}

/** What a reader lacks now who is at `have`. */
function lackedBy(have: RunPosition | null): RunTail {
  view.look()
  return view.tailFrom(have)
}

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'tuneboard-follow-'))
  view = openRunView('m/lora/r', folder)
})
afterEach(() => rmSync(folder, { recursive: true }))

test('records and text arrive whole and once, however the writes are cut', () => {
  for (const seed of [1, 2, 3]) {
    const next = random(seed)
    const records = range(0, 300).map((step) => record(step))
    const written = Buffer.from(lines(records))
    const words = Buffer.from(range(0, 300).map((step) => `step ${step} 学习🙂\n`).join(''))
    writeFileSync(log(), '')
    writeFileSync(text(), '')
    view = openRunView('m/lora/r', folder)
    let held = joined(emptyHeldRun, lackedBy(null))
    for (let a = 0, b = 0; a < written.length || b < words.length; ) {
      const [toA, toB] = [a + Math.floor(next() * 200), b + Math.floor(next() * 50)]
      appendFileSync(log(), written.subarray(a, toA))
      appendFileSync(text(), words.subarray(b, toB))
      ;[a, b] = [toA, toB]
      const tail = next() < 0.7 ? view.look() : null
      if (tail !== null) held = joined(held, tail)
      // Now and then the connection drops: what was told then is lost, and the reader asks from where it is.
      if (next() < 0.1) {
        view.look()
        held = joined(held, lackedBy(held.position))
      }
    }
    held = joined(held, lackedBy(held.position))
    expect(held.records).toEqual(records)
    expect(held.text).toBe(words.toString())
  }
})

test('a log that is cut back and written on replaces what was read, also when it has grown past its old size', () => {
  writeFileSync(log(), lines(range(0, 20).map((step) => record(step))))
  let held = joined(emptyHeldRun, lackedBy(null))
  truncateSync(log(), lines(range(0, 10).map((step) => record(step))).length)
  appendFileSync(log(), lines(range(10, 40).map((step) => record(step, 2))))
  held = joined(held, lackedBy(held.position))
  expect(held.records).toEqual([...range(0, 10).map((step) => record(step)), ...range(10, 40).map((step) => record(step, 2))])
})

test('a log that is replaced by another file is read anew, and so is one that vanishes and comes back', () => {
  writeFileSync(log(), lines([record(1), record(2)]))
  let held = joined(emptyHeldRun, lackedBy(null))
  writeFileSync(`${log()}.new`, lines([record(1), record(2), record(3, 9)]))
  renameSync(`${log()}.new`, log())
  held = joined(held, view.look() ?? lackedBy(held.position))
  expect(held.records).toEqual([record(1), record(2), record(3, 9)])
  rmSync(log())
  held = joined(held, view.look() ?? lackedBy(held.position))
  expect(held.records).toEqual([])
  writeFileSync(log(), lines([record(7)]))
  held = joined(held, view.look() ?? lackedBy(held.position))
  expect(held.records).toEqual([record(7)])
})

test('a reader of an earlier life of the file gets everything again', () => {
  writeFileSync(log(), lines([record(1), record(2)]))
  const held = joined(emptyHeldRun, lackedBy(null))
  const later = openRunView('m/lora/r', folder).tailFrom(held.position)
  expect(later.from_record).toBe(0)
  expect(joined(held, later).records).toEqual([record(1), record(2)])
})

test('news that does not go on from what the reader holds is not joined: it must ask', () => {
  writeFileSync(log(), lines([record(1)]))
  const held = joined(emptyHeldRun, lackedBy(null))
  appendFileSync(log(), lines([record(2)]))
  view.look() // lost
  appendFileSync(log(), lines([record(3)]))
  const tail = view.look()!
  expect(tail.from_record).toBe(2)
  expect(joinTail(held, tail)).toBeNull()
  expect(joinTail(emptyHeldRun, tail)).toBeNull()
  expect(joinTail({ ...held, position: { ...held.position!, generation: 'another life' } }, { ...tail, from_record: 1 })).toBeNull()
  expect(joined(held, lackedBy(held.position)).records).toEqual([record(1), record(2), record(3)])
})

test('a text that was read further than an answer begins is not doubled, and nothing before is lost', () => {
  writeFileSync(log(), lines([record(1)]))
  writeFileSync(text(), 'one\n')
  const first = joined(emptyHeldRun, lackedBy(null))
  appendFileSync(text(), 'two\n')
  const answer = lackedBy(first.position)
  const second = joined(first, answer)
  expect(joined(second, answer).text).toBe('one\ntwo\n')
})

test('a long text is begun near its end, and stays bounded', () => {
  writeFileSync(text(), 'x'.repeat(1_000_000))
  const held = joined(emptyHeldRun, lackedBy(null))
  expect(held.text.length).toBe(256 * 1024)
  appendFileSync(text(), 'y'.repeat(300_000))
  const tail = view.look()
  expect(tail?.text.length).toBe(256 * 1024)
  expect(view.look()).toBeNull()
})

test('a follower says nothing of a file that is not there, and starts with it when it comes', () => {
  const follower = followFile(path.join(folder, 'later'))
  expect(follower.look()).toEqual({ restarted: false, bytes: Buffer.alloc(0) })
  writeFileSync(path.join(folder, 'later'), 'a')
  expect(follower.look()).toEqual({ restarted: false, bytes: Buffer.from('a') })
})

test('lines of Python with numbers that JSON lacks are read without them; what is no record is left out', () => {
  expect(parseLogLine('{"current_steps": 1, "total_steps": 2, "loss": NaN, "lr": 1e-05, "grad_norm": -Infinity}')).toEqual({ current_steps: 1, total_steps: 2, lr: 1e-5 })
  expect(parseLogLine('{"current_steps": 1')).toBeNull()
  expect(parseLogLine('[1]')).toBeNull()
  expect(parseLogLine('')).toBeNull()
})

test('bytes are joined to lines across characters that are cut', () => {
  const joiner = lineJoiner()
  const bytes = Buffer.from('一二\n三\n四')
  const found = Array.from(bytes, (byte) => joiner.push(Uint8Array.of(byte))).flat()
  expect(found).toEqual(['一二', '三'])
  expect(joiner.push(Buffer.from('\n'))).toEqual(['四'])
})
