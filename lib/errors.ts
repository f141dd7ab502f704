/**
 * The one error class for faults of the user's input. A fault has a code from `lib/messages` (key `errors.<code>`) and the values
 * its sentence names; the sentence is made where it is shown, in the reader's language. Programmers' faults stay plain `Error`s.
 */
import type { ErrorCode } from '@/lib/messages/en'

/** Values that a fault's sentence may name; every one is shown as it was found. */
export type FaultValues = Record<string, string | number>

/** A fault as it travels: over HTTP, the socket, and a run's `state.json`. */
export interface Fault {
  code: ErrorCode
  values: FaultValues
  /** The configuration key whose field should show the sentence, when there is one. */
  field?: string
}

export class UserError extends Error {
  readonly fault: Fault
  constructor(code: ErrorCode, values: FaultValues = {}, field?: string) {
    super(`${code} ${JSON.stringify(values)}`)
    this.name = 'UserError'
    this.fault = { code, values, field }
  }
}
