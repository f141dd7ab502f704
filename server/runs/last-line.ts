/** What a process said last: the line of its output that tells best why it ended. */
import { z } from 'zod'
import { faultSchema, type Fault } from '@/lib/errors'
import { followFile } from '@/server/runs/follow'

/** Node's own lines around an error: stacks, and its version at the end. */
const nodesLine = /^\s+at |^Node\.js v/

/** Node's headline of an error, which the error's own fields may follow. */
const headline = /^\w*Error\b.*: /

const textEnd = (file: string): string => followFile(file, 16384).look().bytes.toString('utf8')

const saidSchema = z.object({ fault: faultSchema })

/** The fault that a trainer of ours ends with, one line of JSON; null where the last line is anything else. */
export function lastFault(file: string): Fault | null {
  const last = textEnd(file).trimEnd().split('\n').at(-1) ?? ''
  if (!last.startsWith('{')) return null
  try {
    return saidSchema.safeParse(JSON.parse(last)).data?.fault ?? null
  } catch {
    return null // a line that was cut, or of another program
  }
}

/** Last line of a file that says something, at most 300 UTF-16 units; '' without any. */
export function lastLine(file: string): string {
  const [text] = textEnd(file).split(/^----- Native stack trace -----$/m)
  const lines = text.split(/[\r\n]+/).filter((line) => !nodesLine.test(line)).map((line) => line.trim()).filter(Boolean)
  return (lines.findLast((line) => headline.test(line)) ?? lines.at(-1) ?? '').slice(0, 300)
}
