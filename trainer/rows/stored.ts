/** Rows as a store hands them out, wherever they lie. */
import type { Fault } from '@/lib/errors'
import type { PyObject } from '@/lib/pyjson'

export type StoredRow = { row: number; file: string } & ({ record: PyObject; fault?: undefined } | { record?: undefined; fault: Fault })

export interface RowStore {
  count(): Promise<number>
  /** Rows by their numbers, from 1: `from` to `to`, `to` not included; less where there are fewer. */
  read(from: number, to: number): Promise<StoredRow[]>
  /** All rows in turn, some hundred kilobytes at a time. */
  scan(signal?: AbortSignal): AsyncIterable<StoredRow[]>
  /** Size of the files as they lie on disk. */
  bytes: number
  files: string[]
  close(): Promise<void>
}
