/**
 * Rows of a text file, by a format that finds records in bytes (format.ts). The file is read in blocks; the first pass notes where each block's first
 * record begins, and from then on any row is found by reading one block. That index is kept for large files (`trainer/cache`). The file is UTF-8 by
 * now (plain.ts).
 */
import { isUtf8 } from 'node:buffer'
import { type FileHandle, open } from 'node:fs/promises'
import { RowError } from '@/lib/datasets/align'
import { type Problem, problem, UserError } from '@/lib/errors'
import { JsonSyntaxError } from '@/lib/pyjson'
import { remembered } from '@/trainer/cache'
import type { FileAt, FileRow, FileRows } from '@/trainer/rows/file'
import { Misplaced, type Span, type TextFormat } from '@/trainer/rows/format'
import { lineCounter } from '@/trainer/rows/place'

const BLOCK = 256 * 1024
/** A record beyond this is no record but a missing quote. */
const MOST_RECORD = 256 * 1024 * 1024
/** Files whose index is kept on disk. */
const LARGE = 64 * 1024 * 1024

/** Where blocks begin: `rows[i]` records lie before byte `offsets[i]`. */
interface Index {
  rows: number[]
  offsets: number[]
  count: number
}

interface Block {
  /** Offset of `bytes` in the file. */
  base: number
  bytes: Buffer
  spans: Span[]
}

/** @param key names the file's content; its index is kept under it */
export async function textRows(plain: string, key: string, at: FileAt, formatOf: (head: Buffer) => TextFormat): Promise<FileRows> {
  const file = await open(plain)
  try {
    const { size } = await file.stat()
    const head = Buffer.alloc(Math.min(size, BLOCK))
    await file.read(head, 0, head.length, 0)
    return new TextRows(file, size, key, at, formatOf(head))
  } catch (error) {
    await file.close()
    throw error
  }
}

class TextRows implements FileRows {
  private known: Promise<Index> | null = null
  private readonly place: ReturnType<typeof lineCounter>

  constructor(private readonly file: FileHandle, private readonly size: number, private readonly key: string, private readonly at: FileAt, private readonly format: TextFormat) {
    this.place = lineCounter(file)
  }

  async count(): Promise<number> {
    return (await this.index()).count
  }

  async read(from: number, to: number): Promise<FileRow[]> {
    const { rows, offsets } = await this.index()
    let block = rows.length - 1
    while (block > 0 && rows[block] > from) block--
    const found: FileRow[] = []
    let row = rows[block]
    for await (const { base, bytes, spans } of this.blocks(offsets[block])) {
      for (const span of spans) if (row++ >= from && row <= to) found.push(await this.row(base, bytes, span))
      if (row >= to) break
    }
    return found
  }

  async *scan(signal?: AbortSignal): AsyncGenerator<FileRow[]> {
    for await (const { base, bytes, spans } of this.blocks(this.format.begin, signal)) {
      const rows: FileRow[] = []
      for (const span of spans) rows.push(await this.row(base, bytes, span))
      yield rows
    }
  }

  close(): Promise<void> {
    return this.file.close()
  }

  private index(): Promise<Index> {
    const make = () => this.makeIndex()
    return (this.known ??= this.size > LARGE ? remembered('rows', this.key, make) : make())
  }

  private async makeIndex(): Promise<Index> {
    const index: Index = { rows: [0], offsets: [this.format.begin], count: 0 }
    for await (const { base, spans } of this.blocks(this.format.begin)) {
      index.count += spans.length
      if (spans.length === 0) continue
      index.rows.push(index.count)
      index.offsets.push(base + spans[spans.length - 1].next)
    }
    return index
  }

  private async *blocks(begin: number, signal?: AbortSignal): AsyncGenerator<Block> {
    let held = Buffer.alloc(0)
    let base = begin
    for (let wanted = BLOCK; ; ) {
      signal?.throwIfAborted()
      const bytes = Buffer.allocUnsafe(held.length + Math.min(wanted, this.size - base - held.length))
      held.copy(bytes)
      if (bytes.length > held.length) await this.file.read(bytes, held.length, bytes.length - held.length, base + held.length)
      const last = base + bytes.length >= this.size
      const spans = await this.cut(bytes, base, last)
      const end = spans.at(-1)?.next ?? 0
      yield { base, bytes, spans }
      if (last) return
      // A record longer than all that was read: twice as much the next time, so that its bytes are looked at a few times only.
      wanted = spans.length === 0 ? wanted * 2 : BLOCK
      held = bytes.subarray(end)
      base += end
      if (held.length > MOST_RECORD) throw await this.damaged(base, problem('file_endless'))
    }
  }

  private async cut(bytes: Buffer, base: number, last: boolean): Promise<Span[]> {
    const spans: Span[] = []
    try {
      for (let span = this.format.cut(bytes, 0, last); span; span = this.format.cut(bytes, span.next, last)) spans.push(span)
      return spans
    } catch (error) {
      if (error instanceof Misplaced) throw await this.damaged(base + error.at, error.reason)
      throw error
    }
  }

  private async row(base: number, bytes: Buffer, { start, end }: Span): Promise<FileRow> {
    const text = bytes.subarray(start, end)
    if (!isUtf8(text)) {
      if (this.format.strict) throw await this.damaged(base + start, problem('file_not_utf8'))
      return new RowError('row', problem('row_encoding'))
    }
    try {
      return this.format.parse(text.toString('utf8'))
    } catch (error) {
      if (error instanceof RowError) return error
      if (!(error instanceof JsonSyntaxError)) throw error
      const { line, column } = await this.place(base + start, error)
      if (this.format.strict) throw this.fault(line, column, error.reason)
      return new RowError('row', problem('row_json', { line, column, reason: error.reason }))
    }
  }

  private async damaged(offset: number, reason: Problem): Promise<UserError> {
    const { line, column } = await this.place(offset, { line: 1, column: 1 })
    return this.fault(line, column, reason)
  }

  private fault(line: number, column: number, reason: Problem): UserError {
    return new UserError('dataset_not_json', { dataset: this.at.dataset, path: this.at.path, line, column, problem: reason }, 'dataset')
  }
}
