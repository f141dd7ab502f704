/**
 * Tokens on disk: samples.bin, the samples one after the other as 32-bit words; sizes.bin, each row's tokens and words; and, last, tokens.json, which says
 * what they were made of. Only the sizes are held in memory. Read here, written by writer.ts.
 */
import { existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { faultSchema, UserError } from '@/lib/errors'
import type { Encoding } from '@/trainer/tokens/encoding'
import { unpackWords } from '@/trainer/tokens/words'

export const VERSION = 1
export const [SAMPLES, SIZES, NOTE] = ['samples.bin', 'sizes.bin', 'tokens.json']
const noteSchema = z.strictObject({
  version: z.literal(VERSION),
  /** Names the rows and settings that it was made of. */
  key: z.string(),
  skipped: z.array(z.strictObject({ dataset: z.string(), row: z.number(), fault: faultSchema })),
  truncated: z.number(),
  unlearnable: z.number(),
})
export type Note = z.output<typeof noteSchema>

/** A piece of the store, as a worker makes it: of each row the tokens and words, and the words. */
export interface Piece extends Omit<Note, 'version' | 'key'> {
  lengths: Int32Array
  sizes: Int32Array
  words: Int32Array
}

/** Null when there is no whole store; UserError when it was made of other rows or settings, or by another version. */
export function openTokens(folder: string, key: string): Encoding | null {
  const file = path.join(folder, NOTE)
  if (!existsSync(file)) return null
  const note = readNote(file)
  if (note?.key !== key) throw new UserError('tokens_of_others', { path: folder }, 'tokenized_path')
  const table = readTable(folder)
  if (!table) return null
  const { lengths, offsets } = table
  const fd = openSync(path.join(folder, SAMPLES), 'r')
  return {
    lengths,
    sample(place) {
      const words = new Int32Array((offsets[place + 1] - offsets[place]) / 4)
      readSync(fd, words, 0, words.byteLength, offsets[place])
      return unpackWords(words)
    },
    skipped: note.skipped,
    truncated: note.truncated,
    unlearnable: note.unlearnable,
  }
}

/** Null for what no note of this version is. */
function readNote(file: string): Note | null {
  try {
    return noteSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

/** Each row's tokens and where its words begin; null where the files are shorter than that says. */
function readTable(folder: string): { lengths: Int32Array; offsets: Float64Array } | null {
  const size = statSync(path.join(folder, SAMPLES), { throwIfNoEntry: false })?.size
  if (size === undefined || !existsSync(path.join(folder, SIZES))) return null
  const bytes = readFileSync(path.join(folder, SIZES))
  const lengths = new Int32Array(Math.floor(bytes.length / 8))
  const offsets = new Float64Array(lengths.length + 1)
  for (let row = 0; row < lengths.length; row++) {
    lengths[row] = bytes.readInt32LE(8 * row)
    offsets[row + 1] = offsets[row] + 4 * bytes.readInt32LE(8 * row + 4)
  }
  return offsets[lengths.length] === size ? { lengths, offsets } : null
}
