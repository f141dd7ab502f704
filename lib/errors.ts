/**
 * The one error class for faults of the user's input. A fault has a code from `lib/messages` (key `errors.<code>`) and the values
 * its sentence names; the sentence is made where it is shown, in the reader's language. Programmers' faults stay plain `Error`s.
 */
import { z } from 'zod'
import type { ErrorCode } from '@/lib/messages/en'
import type { problemsEn } from '@/lib/messages/problems-en'

/** A part of a sentence that needs the reader's language too: what exactly is wrong, by its code in `problems`. */
export interface Problem {
  code: ProblemCode
  values: FaultValues
}
export type ProblemCode = keyof typeof problemsEn

/** A value that a sentence names: shown as it was found, or a part with words of its own. */
export type FaultValue = string | number | Problem
export type FaultValues = { [name: string]: FaultValue }

/** A fault as it travels: over HTTP, the socket, and a run's `state.json`. */
export interface Fault {
  code: ErrorCode
  values: FaultValues
  /** The configuration key whose field should show the sentence, when there is one. */
  field?: string
}

/** Of codes only the kind is checked: another version's travel too, and are shown as they are. */
const code = <C extends string>() => z.custom<C>((found) => typeof found === 'string')
export const valuesSchema: z.ZodType<FaultValues> = z.record(z.string(), z.union([z.string(), z.number(), z.lazy(() => problemSchema)]))
const problemSchema: z.ZodType<Problem> = z.strictObject({ code: code<ProblemCode>(), values: valuesSchema })
/** Parses a fault where it comes in. */
export const faultSchema: z.ZodType<Fault> = z.strictObject({ code: code<ErrorCode>(), values: valuesSchema, field: z.string().optional() })

/** The names in braces of a text. */
type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never
type Named<C extends ProblemCode> = Names<(typeof problemsEn)[C]>

/** A problem with every value that its text names. */
export function problem<C extends ProblemCode>(code: C, ...[values]: [Named<C>] extends [never] ? [] : [Readonly<Record<Named<C>, FaultValue>>]): Problem {
  return { code, values: { ...values } }
}

export class UserError extends Error {
  readonly fault: Fault
  constructor(code: ErrorCode, values: FaultValues = {}, field?: string) {
    super(`${code} ${JSON.stringify(values)}`)
    this.name = 'UserError'
    this.fault = { code, values, field }
  }
}

/** Thrown where the problem is known but not what has it; who catches it names that in a UserError. */
export class Unusable extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code} ${JSON.stringify(problem.values)}`)
    this.name = 'Unusable'
  }
}
