/**
 * Tokens on disk: samples.bin, the samples one after the other as 32-bit words; sizes.bin, each row's tokens and words; and, last, tokens.json, which says
 * what they were made of. Only the sizes are held in memory. Most labels repeat their ids, so that ranges stand for them.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { faultSchema, UserError } from '@/lib/errors'
import { IGNORED } from '@/lib/samples/supervised'
import { diskFault, writeWhole } from '@/trainer/files'
import type { Sample } from '@/trainer/encode'
import type { Encoding } from '@/trainer/tokens/memory'

export const VERSION = 1
const [SAMPLES, SIZES, NOTE] = ['samples.bin', 'sizes.bin', 'tokens.json']
const noteSchema = z.strictObject({
  version: z.literal(VERSION),
  /** Names the rows and settings that it was made of. */
  key: z.string(),
  skipped: z.array(z.strictObject({ dataset: z.string(), row: z.number(), fault: faultSchema })),
  truncated: z.number(),
  unlearnable: z.number(),
})
type Note = z.output<typeof noteSchema>

/** A piece of the store, as a worker makes it: of each row the tokens and words, and the words. */
export interface Piece extends Omit<Note, 'version' | 'key'> {
  lengths: Int32Array
  sizes: Int32Array
  words: Int32Array
}

/** Ids and labels as words: their number, the number of ranges whose labels are their ids, of other labels, then all of these. */
export function packWords({ ids, labels }: Sample): Int32Array {
  const ranges: number[] = []
  const others: number[] = []
  for (let at = 0; at < ids.length; at++) {
    if (labels[at] === IGNORED) continue
    if (labels[at] !== ids[at]) others.push(at, labels[at])
    else if (ranges.length > 0 && ranges[ranges.length - 1] === at) ranges[ranges.length - 1]++
    else ranges.push(at, at + 1)
  }
  const words = new Int32Array(3 + ids.length + ranges.length + others.length)
  words.set([ids.length, ranges.length, others.length])
  words.set(ids, 3)
  words.set(ranges, 3 + ids.length)
  words.set(others, 3 + ids.length + ranges.length)
  return words
}

export function unpackWords(words: Int32Array): Sample {
  const [count, ranges, others] = words
  const ids = words.slice(3, 3 + count)
  const labels = new Int32Array(count).fill(IGNORED)
  for (let at = 3 + count; at < 3 + count + ranges; at += 2) for (let i = words[at]; i < words[at + 1]; i++) labels[i] = ids[i]
  for (let at = 3 + count + ranges; at < 3 + count + ranges + others; at += 2) labels[words[at]] = words[at + 1]
  return { ids, labels }
}

const bytesOf = (words: Int32Array) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength)

/** Writes pieces in their order; `finish` makes them a store, which before that nobody takes for one. What else lies in the folder stays. */
export function tokenWriter(folder: string, key: string) {
  const temporary = `${folder}.${process.pid}.tmp`
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(temporary, { recursive: true })
  const files = [SAMPLES, SIZES].map((name) => openSync(path.join(temporary, name), 'w'))
  const [samples, sizes] = files
  const note: Note = { version: VERSION, key, skipped: [], truncated: 0, unlearnable: 0 }
  const writeAll = (fd: number, bytes: Uint8Array) => {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
  }
  const close = () => files.splice(0).forEach(closeSync)
  const onDisk = (work: () => void) => {
    try {
      work()
    } catch (error) {
      throw diskFault(error, folder)
    }
  }
  return {
    add(piece: Piece): void {
      onDisk(() => {
        writeAll(samples, bytesOf(piece.words))
        writeAll(sizes, bytesOf(Int32Array.from({ length: 2 * piece.lengths.length }, (_, i) => (i % 2 ? piece.sizes : piece.lengths)[i >> 1])))
      })
      for (const row of piece.skipped) note.skipped.push(row)
      note.truncated += piece.truncated
      note.unlearnable += piece.unlearnable
    },
    finish(): void {
      onDisk(() => {
        files.forEach(fsyncSync)
        close()
        writeWhole(path.join(temporary, NOTE), JSON.stringify(note))
        mkdirSync(folder, { recursive: true })
        // The note goes first and comes last, so that nobody meets one store's note with another's samples.
        rmSync(path.join(folder, NOTE), { force: true })
        for (const name of [SAMPLES, SIZES, NOTE]) renameSync(path.join(temporary, name), path.join(folder, name))
      })
      rmSync(temporary, { recursive: true, force: true })
    },
    drop(): void {
      close()
      rmSync(temporary, { recursive: true, force: true })
    },
  }
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
