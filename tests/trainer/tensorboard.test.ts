/** Event files for TensorBoard: TFRecord's frames and checksums, and the Event messages in them, read back field by field. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import protobuf from 'protobufjs/light.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { crc32c, openTensorBoard } from '@/trainer/run/tensorboard'

let folder = ''
beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'tuneboard-events-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const eventFile = () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) => name.includes('tfevents')) ?? ''

/** The payloads of the records, whose checksums must hold. */
function records(data: Buffer): Buffer[] {
  const mask = (crc: number) => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
  const found: Buffer[] = []
  for (let at = 0; at < data.length; ) {
    const length = Number(data.readBigUInt64LE(at))
    const payload = data.subarray(at + 12, at + 12 + length)
    expect(data.readUInt32LE(at + 8)).toBe(mask(crc32c(data.subarray(at, at + 8))))
    expect(data.readUInt32LE(at + 12 + length)).toBe(mask(crc32c(payload)))
    found.push(payload)
    at += 16 + length
  }
  return found
}

/** A message as [field number, bytes or number] pairs, without a schema. */
function fields(payload: Uint8Array): [number, Uint8Array | number][] {
  const reader = protobuf.Reader.create(payload)
  const found: [number, Uint8Array | number][] = []
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    const wire = tag & 7
    found.push([tag >>> 3, wire === 2 ? reader.bytes() : wire === 1 ? reader.double() : wire === 5 ? reader.float() : Number(reader.int64())])
  }
  return found
}

test('the checksum is CRC-32C (RFC 3720, B.4)', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
})

test('an event file begins with its version and holds every scalar under transformers’ name', () => {
  const board = openTensorBoard(folder, 0)
  board.scalars(5, { loss: 1.5, learning_rate: 0.25 })
  board.scalars(10, { eval_loss: 2 })
  board.close()
  const [version, first, second] = records(readFileSync(path.join(folder, eventFile()))).map(fields)
  expect(Buffer.from(version.find(([id]) => id === 3)?.[1] as Uint8Array).toString()).toBe('brain.Event:2')
  expect(first.find(([id]) => id === 2)?.[1]).toBe(5)
  const scalars = (event: typeof first) =>
    fields(event.find(([id]) => id === 5)?.[1] as Uint8Array).map(([, value]) => {
      const [[, tag], [, number]] = fields(value as Uint8Array)
      return [Buffer.from(tag as Uint8Array).toString(), number]
    })
  expect(scalars(first)).toEqual([['train/loss', 1.5], ['train/learning_rate', 0.25]])
  expect(scalars(second)).toEqual([['eval/loss', 2]])
})

test('a resumed run says from where on earlier files no longer count', () => {
  openTensorBoard(folder, 7).close()
  const [, start] = records(readFileSync(path.join(folder, eventFile()))).map(fields)
  expect(start.find(([id]) => id === 2)?.[1]).toBe(7)
  expect(fields(start.find(([id]) => id === 7)?.[1] as Uint8Array)).toEqual([[1, 1]])
})
