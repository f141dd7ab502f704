/**
 * Records and text of one run folder, read on from look to look, and what a reader lacks of them: the server's half of `lib/run-tail`.
 * Whatever cuts or replaces a file begins a new generation, in which all counts start again.
 */
import path from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { runFiles, type LogRecord } from '@/lib/run'
import { lineJoiner, parseLogLine } from '@/lib/run-files'
import type { RunPosition, RunTail } from '@/lib/run-tail'
import { followFile } from '@/server/runs/follow'
import { openStepHistory } from '@/server/runs/step-history'

/** How much of `running_log.txt` is kept and sent, in bytes of the file and UTF-16 units of the text. */
const textLimit = 256 * 1024

let lives = 0
const boot = Date.now().toString(36)
const newGeneration = () => `${boot}-${++lives}`

export function openTail(folder: string) {
  const log = followFile(path.join(folder, runFiles.log))
  const text = followFile(path.join(folder, runFiles.text), textLimit)
  const lines = lineJoiner()
  const history = openStepHistory(folder)
  let decoder = new StringDecoder('utf8')
  let generation = newGeneration()
  let records: LogRecord[] = []
  let held = ''
  let heldFrom = 0

  const tailFrom = (have: RunPosition | null): RunTail => {
    const from_record = have?.generation === generation ? Math.min(have.records, records.length) : 0
    const heldTo = heldFrom + held.length
    const from_text = have?.generation === generation && have.text >= heldFrom && have.text <= heldTo ? have.text : heldFrom
    return { generation, from_record, records: records.slice(from_record), from_text, text: held.slice(from_text - heldFrom) }
  }

  const look = (): RunTail | null => {
    const before: RunPosition = { generation, records: records.length, text: heldFrom + held.length }
    const newLog = log.look()
    const newText = text.look()
    const retold = history.look()
    if (newLog.restarted || newText.restarted || (retold && records.length > 0)) generation = newGeneration()
    if (retold) records = records.map(history.with)
    if (newLog.restarted) {
      records = []
      lines.clear()
    }
    if (newText.restarted) {
      ;[held, heldFrom, decoder] = ['', 0, new StringDecoder('utf8')]
    }
    for (const line of lines.push(newLog.bytes)) {
      const record = parseLogLine(line)
      if (record !== null) records.push(history.with(record))
    }
    held += decoder.write(newText.bytes)
    const over = Math.max(0, held.length - textLimit)
    ;[held, heldFrom] = [held.slice(over), heldFrom + over]
    const same = before.generation === generation && before.records === records.length && before.text === heldFrom + held.length
    return same ? null : tailFrom(before)
  }

  return { look, tailFrom }
}
