/**
 * What a reader of one file gives, whatever its type: the number of its rows, and rows by their places (from 0) or one after the other. Nothing holds a
 * whole file. A row that cannot be read is a RowError in its place; what makes the whole file unreadable is thrown as UserError.
 */
import type { RowError } from '@/lib/datasets/align'
import type { PyObject } from '@/lib/pyjson'

/** A row as it stands in the file, or what is wrong with it. */
export type FileRow = PyObject | RowError

export interface FileRows {
  count(): Promise<number>
  /** Rows `from` to `to` (not included). */
  read(from: number, to: number): Promise<FileRow[]>
  /** All rows, in pieces of some hundred kilobytes. */
  scan(signal?: AbortSignal): AsyncIterable<FileRow[]>
  close(): Promise<void>
}

/** The file whose faults are told: its dataset, and its path as the user knows it. */
export interface FileAt {
  dataset: string
  path: string
}
