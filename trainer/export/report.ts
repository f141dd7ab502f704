/** Says how far an export is: on the terminal each tenth once, and for the board in the state file that the environment names. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Fault } from '@/lib/errors'
import { type ExportState, exportStateAs, type Verdict } from '@/lib/export'
import { writeSwift } from '@/trainer/files'

/** Between two writes of the state, in ms. */
const WRITE_EVERY = 200

export interface ExportReport {
  /** The share is 0 to 1, or null where it is not known. */
  progress: (phase: ExportState['phase'], share: number | null) => void
  /** The folder is there. */
  made: (folder: string, verdict: Verdict | null) => void
  done: (url: string | null) => void
  failed: (fault: Fault) => void
  cancelled: () => void
}

export function openReport(file = process.env[exportStateAs]): ExportReport {
  const state: ExportState = { status: 'running', phase: 'checking', share: null, pid: process.pid, started_at: Date.now(), updated_at: 0, files: [], verdict: null, url: null, error: null }
  const write = (change: Partial<ExportState>) => {
    Object.assign(state, change, { updated_at: Date.now() })
    if (file) writeSwift(file, `${JSON.stringify(state)}\n`)
  }
  const said = new Set<string>()
  const say = (line: string) => said.has(line) || (said.add(line), process.stdout.write(`${line}\n`))
  write({})
  return {
    progress(phase, share) {
      if (phase === 'writing' && share !== null) say(`${Math.floor(10 * share) * 10} %`)
      if (phase !== state.phase || share === 1 || Date.now() - state.updated_at > WRITE_EVERY) write({ phase, share })
    },
    made(folder, verdict) {
      if (verdict) say(verdictLine(verdict))
      process.stdout.write(`Exported to ${folder}\n`)
      write({ files: filesOf(folder), verdict })
    },
    done(url) {
      if (url !== null) process.stdout.write(`Sent to ${url}\n`)
      write({ status: 'done', share: 1, url })
    },
    failed: (error) => write({ status: 'failed', error }),
    cancelled: () => write({ status: 'cancelled' }),
  }
}

const verdictLine = ({ tokens, logits, probability, agreement }: Verdict): string =>
  `Compared over ${tokens} tokens: logits differ by at most ${logits.toPrecision(2)}, probabilities by ${probability.toPrecision(2)}; the most likely token agrees in ${Math.round(100 * agreement)} %`

function filesOf(folder: string): ExportState['files'] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).map((name) => ({ name, size: statSync(path.join(folder, name)).size }))
  return files.sort((a, b) => b.size - a.size)
}
