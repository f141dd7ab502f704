/**
 * Curves for TensorBoard (`report_to: tensorboard`): scalars in an event file below the run's `runs/`, with transformers' names. The format is TFRecord
 * (tensorflow/core/lib/io/record_writer.h) of Event messages (tensorflow/core/util/event.proto). Leaves out pictures and texts.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import protobuf from 'protobufjs/light.js'
import { diskFault } from '@/trainer/files'

const root = protobuf.Root.fromJSON({
  nested: {
    Value: { fields: { tag: { type: 'string', id: 1 }, simple_value: { type: 'float', id: 2 } } },
    Summary: { fields: { value: { type: 'Value', id: 1, rule: 'repeated' } } },
    SessionLog: { fields: { status: { type: 'int32', id: 1 } } },
    Event: {
      fields: {
        wall_time: { type: 'double', id: 1 }, step: { type: 'int64', id: 2 }, file_version: { type: 'string', id: 3 }, summary: { type: 'Summary', id: 5 },
        session_log: { type: 'SessionLog', id: 7 },
      },
    },
  },
})
const eventType = root.lookupType('Event')

/** SessionLog.START: what earlier files of the run have from this step on no longer counts. */
const START = 1

/** CRC-32C, by bits: an event has a few dozen bytes. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of data) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}

/** TFRecord's masked checksum. */
function masked(data: Uint8Array): Buffer {
  const crc = crc32c(data)
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0)
  return bytes
}

function framed(data: Uint8Array): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(data.length))
  return Buffer.concat([length, masked(length), data, masked(data)])
}

/** `eval_loss` is `eval/loss`; what has no such prefix belongs to the training. */
const tagOf = (name: string): string => (name.startsWith('eval_') ? `eval/${name.slice('eval_'.length)}` : `train/${name}`)

export interface TensorBoard {
  scalars(step: number, values: Record<string, number>): void
  close(): void
}

/** A new event file of the run in `folder`, which goes on at `step`. */
export function openTensorBoard(folder: string, step: number): TensorBoard {
  const began = new Date()
  const runs = path.join(folder, 'runs', `${began.toISOString().slice(0, 19).replaceAll(':', '-')}_${hostname()}`)
  mkdirSync(runs, { recursive: true })
  const file = path.join(runs, `events.out.tfevents.${Math.floor(began.getTime() / 1000)}.${hostname()}.${process.pid}.0`)
  const fd = openSync(file, 'a')
  const write = (event: object) => {
    try {
      writeSync(fd, framed(eventType.encode({ wall_time: Date.now() / 1000, ...event }).finish()))
    } catch (error) {
      throw diskFault(error, file)
    }
  }
  write({ file_version: 'brain.Event:2' })
  if (step > 0) write({ step, session_log: { status: START } })
  return {
    scalars(at, values) {
      const value = Object.entries(values).map(([name, number]) => ({ tag: tagOf(name), simple_value: number }))
      write({ step: at, summary: { value } })
    },
    close: () => closeSync(fd),
  }
}
