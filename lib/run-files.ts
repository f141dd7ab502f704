/** Reading the lines of a run's files, ours or LLaMA-Factory's. Pure: whoever calls has read the file. */
import { logRecordSchema, type LogRecord } from '@/lib/run'

/** Python writes NaN and Infinity bare, which JSON does not know; outside strings they stand after a colon. */
const bareNumbers = /(:\s*)(-?Infinity|NaN)(?=\s*[,}])/g

/** One line of `trainer_log.jsonl`; null for one that is no record (empty, damaged). A loss that is not a number is left out of the record. */
export function parseLogLine(line: string): LogRecord | null {
  let found: unknown
  try {
    found = JSON.parse(line.replace(bareNumbers, '$1null'))
  } catch {
    return null
  }
  if (typeof found !== 'object' || found === null) return null
  const parsed = logRecordSchema.safeParse(Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null)))
  return parsed.success ? parsed.data : null
}

/** Joins chunks of bytes to lines; the part after the last newline waits for its end. */
export function lineJoiner(): { push(bytes: Uint8Array): string[]; clear(): void } {
  let rest = new Uint8Array(0)
  const decoder = new TextDecoder()
  return {
    push(bytes) {
      const end = bytes.lastIndexOf(10) + 1
      if (end === 0) {
        rest = concat(rest, bytes)
        return []
      }
      const whole = concat(rest, bytes.subarray(0, end))
      rest = bytes.slice(end)
      return decoder.decode(whole).split('\n').slice(0, -1)
    },
    clear() {
      rest = new Uint8Array(0)
    },
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}
