/**
 * A child process that is spoken to in lines of JSON: the chat and inspect workers. It lives and dies with the server (its standard input
 * ends), unlike a training. Its standard error goes to a file. What the lines mean is its user's business.
 */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { checkout, trainerEnv, trainerProgram } from '@/server/env'
import { lastLine } from '@/server/runs/last-line'
import { report } from '@/server/report'

export interface LineChild {
  send(message: unknown): void
  kill(): void
}

export interface LineChildEvents {
  /** A line that is JSON; what a native library prints beside them is left aside. */
  line(message: unknown): void
  /** Called once. `reason` is a signal or an exit code with the last line of the log, or why it could not be started. */
  ended(reason: string): void
}

function parse(line: string): { found: unknown } | null {
  try {
    return { found: JSON.parse(line) }
  } catch {
    return null
  }
}

const quoted = (words: string) => (words === '' ? '' : `, "${words}"`)

export function startLineChild(command: string[], logFile: string, events: LineChildEvents): LineChild {
  const log = openSync(logFile, 'w')
  const child = spawn(process.execPath, [trainerProgram(), ...command], { cwd: checkout, env: trainerEnv(), stdio: ['pipe', 'pipe', log] })
  closeSync(log)
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error('a child with pipes has none')
  let over = false
  const end = (reason: string) => {
    if (!over) events.ended(reason)
    over = true
  }
  child.once('error', (error) => end(error.message))
  // 'close', not 'exit': its last lines come first.
  child.once('close', (code, signal) => end(signal ?? `${code}${quoted(lastLine(logFile))}`))
  stdin.on('error', (error) => over || report(error))
  createInterface({ input: stdout }).on('line', (line) => {
    const parsed = parse(line)
    if (parsed !== null) events.line(parsed.found)
  })
  return {
    send: (message) => stdin.write(`${JSON.stringify(message)}\n`),
    kill: () => child.kill('SIGKILL'),
  }
}
