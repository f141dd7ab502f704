/** Rows made into tokens, and what happened on the way to them. */
import type { Example } from '@/lib/datasets/example'
import type { Fault } from '@/lib/errors'
import type { Tokens } from '@/trainer/data/samples'

/** A row that cannot be learned from: which one (counted from 1), and why. */
export interface RowFault {
  dataset: string
  row: number
  fault: Fault
}

/** Told how much of the rows has become tokens, 0 to 1, now and then; what it throws ends the work. */
export type Watch = (share: number) => void

/** Tokens, and what happened on the way to them. */
export interface Encoding extends Tokens {
  skipped: RowFault[]
  /** Samples cut at the cut-off, and rows of which nothing is learned. */
  truncated: number
  unlearnable: number
}

/** Rows that were judged already, by their numbers. */
export type Judged = ReadonlyMap<number, Example | Fault>

/** @param rows ascending */
