/** What a case of bad input is: a data folder with one dataset `d`, and what must become of it. Cases are made from a seed, so a failure can be made again. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export interface BadInput {
  name: string
  /** Files by their place in the folder; the dataset's own is usually one. */
  files: Record<string, string | Uint8Array>
  /** Symbolic links: place, target. */
  links?: Record<string, string>
  /** Entry of `d` in dataset_info.json. */
  entry: unknown
  /** The whole of dataset_info.json, instead of an entry. */
  info?: string | Uint8Array
  expected: Expected
}

export type Expected =
  /** Nothing wrong with it: so many rows, each shown and learned from. `shows` must stand in what is shown of row 1. */
  | { is: 'harmless'; rows: number; shows?: string }
  /** So many rows, of which these (from 1) are named, with something that the sentence must match; the others are as good as ever. */
  | { is: 'rows'; rows: number; bad: Record<number, RegExp> }
  /** Not readable: the sentence matches all of these. */
  | { is: 'refused'; says: RegExp[] }

export function makeFolder(folder: string, { files, links = {}, entry, info }: BadInput): void {
  const place = (name: string) => {
    const at = path.join(folder, name)
    mkdirSync(path.dirname(at), { recursive: true })
    return at
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(place(name), content)
  for (const [name, target] of Object.entries(links)) symlinkSync(target, place(name))
  writeFileSync(path.join(folder, 'dataset_info.json'), info ?? JSON.stringify({ d: entry }, null, 2))
}

export const jsonl = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** Rows that nothing is wrong with, in two languages. */
export const good = (i: number) => ({ instruction: i % 2 ? `问题 ${i}：“你好”` : `Question ${i}: what is “it”?`, input: '', output: i % 2 ? `回答 ${i}` : `Answer ${i}, with a \\ and a "quote".` })
export const goods = (count: number) => Array.from({ length: count }, (_, i) => good(i))
export const talk = (...turns: (readonly [string, unknown])[]) => ({ conversations: turns.map(([from, value]) => ({ from, value })) })
export const goodTalk = talk(['human', 'Hello'], ['gpt', '你好'])
