/**
 * How a browser holds a followed run, and how news is joined to it so that no record is lost or doubled, whatever happens to the
 * connection, the server, or the file (a resumed run cuts its log back to the checkpoint). Pure; the server's half is `server/runs/runs`.
 */
import { z } from 'zod'
import type { LogRecord } from '@/lib/run'

/**
 * How far a browser has read. `generation` names one life of the run's files as one server saw them: counts are comparable only
 * within it, and after a rewrite or a server restart the server sends everything again.
 */
export const runPositionSchema = z.strictObject({
  generation: z.string().max(64),
  records: z.number().int().min(0),
  text: z.number().int().min(0),
})
export type RunPosition = z.infer<typeof runPositionSchema>

export interface RunTail {
  generation: string
  /** Index in the file of the first of `records`; what the reader held from there on is replaced. */
  from_record: number
  records: LogRecord[]
  /** Offset of `text` in UTF-16 units since the server began reading `running_log.txt`. */
  from_text: number
  text: string
}

export interface HeldRun {
  position: RunPosition | null
  records: LogRecord[]
  text: string
}

export const emptyHeldRun: HeldRun = { position: null, records: [], text: '' }

/** What was read before an offset of the text, where all of it up to there is held; the tail's text goes on from there. */
function textBefore({ position, text }: HeldRun, { generation, from_text }: RunTail): string {
  const over = position?.generation === generation ? position.text - from_text : -1
  return over < 0 || over > text.length ? '' : text.slice(0, text.length - over)
}

/**
 * The reader's state after `tail`, in place of the one before: records that go on are added to the same array. Null where the reader lacks more than the tail tells.
 * The text keeps its last `textLimit` UTF-16 units.
 */
export function joinTail(held: HeldRun, tail: RunTail, textLimit = 400_000): HeldRun | null {
  const { generation, from_record, from_text } = tail
  const lacking = from_record > 0 && (held.position?.generation !== generation || held.records.length < from_record)
  if (lacking) return null
  const records = from_record === 0 ? tail.records : from_record === held.records.length ? held.records : held.records.slice(0, from_record)
  if (from_record > 0) for (const record of tail.records) records.push(record)
  const text = (textBefore(held, tail) + tail.text).slice(-textLimit)
  return { position: { generation, records: records.length, text: from_text + tail.text.length }, records, text }
}

/** Records of one message; a browser parses that many within a frame or two. */
const pieceSize = 4000

/** The same news in messages of bearable size, to be joined one after the other. */
export function inPieces(tail: RunTail): [RunTail, ...RunTail[]] {
  const { generation, from_record, from_text, text, records } = tail
  const first = { ...tail, records: records.slice(0, pieceSize) }
  const pieces = Math.ceil(records.length / pieceSize)
  const rest = Array.from({ length: Math.max(0, pieces - 1) }, (_, index): RunTail => {
    const start = (index + 1) * pieceSize
    return { generation, from_record: from_record + start, records: records.slice(start, start + pieceSize), from_text: from_text + text.length, text: '' }
  })
  return [first, ...rest]
}
