/**
 * The encoding of a text file, told from its first bytes: UTF-8, UTF-16 by its byte order mark, or GB18030 (which GBK and GB2312 are parts of). Other
 * encodings cannot be told apart by looking, so the user is asked for UTF-8.
 */
import { isUtf8 } from 'node:buffer'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030'

const marks: readonly [Encoding, number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/** With the length of its byte order mark; null when it is none of those known. */
export function encodingOf(head: Buffer): { encoding: Encoding; mark: number } | null {
  for (const [encoding, mark] of marks) if (mark.every((byte, i) => head[i] === byte)) return { encoding, mark: mark.length }
  if (isUtf8(wholeCharacters(head))) return { encoding: 'utf-8', mark: 0 }
  if (mostlyUtf8(head)) return { encoding: 'utf-8', mark: 0 } // the broken rows are named one by one
  return looksChinese(head) ? { encoding: 'gb18030', mark: 0 } : null
}

/** Of ten characters beyond ASCII, nine are whole. Chinese in GBK, read like this, is broken three times out of four. */
function mostlyUtf8(head: Buffer): boolean {
  const beyond = head.toString('utf8').match(/[^\0-\x7f]/g) ?? []
  return beyond.filter((character) => character === '\ufffd').length * 10 < beyond.length
}

/** Without the character that the end cuts in two. */
function wholeCharacters(head: Buffer): Buffer {
  let end = head.length
  while (end > 0 && head.length - end < 4 && (head[end - 1] & 0xc0) === 0x80) end--
  return end > 0 && head[end - 1] >= 0xc0 ? head.subarray(0, end - 1) : head
}

/**
 * Bytes above 127 come in pairs, and nine pairs of ten are of GB2312, as in any Chinese text. Latin letters with accents would seem to be such pairs
 * now and then, but are followed by plain letters mostly.
 */
function looksChinese(head: Buffer): boolean {
  let pairs = 0
  let common = 0
  for (let at = 0; at < head.length - 1; at++) {
    if (head[at] < 0x81) continue
    pairs++
    if (head[at] >= 0xa1 && head[at] <= 0xf7 && head[at + 1] >= 0xa1) common++
    at++
  }
  return pairs > 0 && common >= 0.9 * pairs
}
