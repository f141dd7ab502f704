import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LogRecord } from '@/lib/run'
import { lineJoiner, parseLogLine } from '@/lib/run-files'
import { emptyHeldRun, joinTail } from '@/lib/run-tail'
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
    let held = joinTail(emptyHeldRun, view.tailFrom(null))
    for (let a = 0, b = 0; a < written.length || b < words.length; ) {
      const [toA, toB] = [a + Math.floor(next() * 200), b + Math.floor(next() * 50)]
      appendFileSync(log(), written.subarray(a, toA))
      appendFileSync(text(), words.subarray(b, toB))
      ;[a, b] = [toA, toB]
      const tail = next() < 0.7 ? view.look() : null
      if (tail !== null) held = joinTail(held, tail)
      // Now and then the connection drops: what was told then is lost, and the reader asks from where it is.
      if (next() < 0.1) {
        view.look()
        held = joinTail(held, view.tailFrom(held.position))
      }
    }
    held = joinTail(held, view.tailFrom(held.position))
    expect(held.records).toEqual(records)
    expect(held.text).toBe(words.toString())
  }
})

test('a log that is cut back and written on replaces what was read, also when it has grown past its old size', () => {
  writeFileSync(log(), lines(range(0, 20).map((step) => record(step))))
  let held = joinTail(emptyHeldRun, view.tailFrom(null))
  truncateSync(log(), lines(range(0, 10).map((step) => record(step))).length)
  appendFileSync(log(), lines(range(10, 40).map((step) => record(step, 2))))
  held = joinTail(held, view.tailFrom(held.position))
  expect(held.records).toEqual([...range(0, 10).map((step) => record(step)), ...range(10, 40).map((step) => record(step, 2))])
})

test('a log that is replaced by another file is read anew, and so is one that vanishes and comes back', () => {
  writeFileSync(log(), lines([record(1), record(2)]))
  let held = joinTail(emptyHeldRun, view.tailFrom(null))
  writeFileSync(`${log()}.new`, lines([record(1), record(2), record(3, 9)]))
  renameSync(`${log()}.new`, log())
  held = joinTail(held, view.look() ?? view.tailFrom(held.position))
  expect(held.records).toEqual([record(1), record(2), record(3, 9)])
  rmSync(log())
  held = joinTail(held, view.look() ?? view.tailFrom(held.position))
  expect(held.records).toEqual([])
  writeFileSync(log(), lines([record(7)]))
  held = joinTail(held, view.look() ?? view.tailFrom(held.position))
  expect(held.records).toEqual([record(7)])
})

test('a reader of an earlier life of the file gets everything again', () => {
  writeFileSync(log(), lines([record(1), record(2)]))
  const held = joinTail(emptyHeldRun, view.tailFrom(null))
  const later = openRunView('m/lora/r', folder).tailFrom(held.position)
  expect(later.from_record).toBe(0)
  expect(joinTail(held, later).records).toEqual([record(1), record(2)])
})

test('a long text is begun near its end, and stays bounded', () => {
  writeFileSync(text(), 'x'.repeat(1_000_000))
  const held = joinTail(emptyHeldRun, view.tailFrom(null))
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
