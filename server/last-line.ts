/** What a process said last: the line of its output that tells best why it ended. */
import { followFile } from '@/server/follow'

/** Node's own lines around an error: stacks, and its version at the end. */
const nodesLine = /^\s+at |^Node\.js v/

/** Node's headline of an error, which the error's own fields may follow. */
const headline = /^\w*Error\b.*: /

/** Last line of a file that says something, at most 300 UTF-16 units; '' without any. */
export function lastLine(file: string): string {
  const { bytes } = followFile(file, 16384).look()
  const [text] = bytes.toString('utf8').split(/^----- Native stack trace -----$/m)
  const lines = text.split(/[\r\n]+/).filter((line) => !nodesLine.test(line)).map((line) => line.trim()).filter(Boolean)
  return (lines.findLast((line) => headline.test(line)) ?? lines.at(-1) ?? '').slice(0, 300)
}
