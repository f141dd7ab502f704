/**
 * The aligned example: what every dataset format is converted to, and what templates encode. Roles are LLaMA-Factory's. Here is also the judgement
 * of an aligned row: usable, to be skipped with a reason, or of the wrong shape.
 */
import { type Aligned, kindOf, type RawMessage, RowError, wrongKind } from '@/lib/datasets/align'
import type { DatasetSource } from '@/lib/datasets/info'
import { type FaultValue, problem } from '@/lib/errors'

export const roles = ['user', 'assistant', 'observation', 'function'] as const
export type Role = (typeof roles)[number]

export interface Message {
  role: Role
  content: string
  /** Text before the calls of a `function` message. */
  before?: string
  /** Whether it is learned; absent: answers are, what they answer is not. */
  learned?: boolean
}

export interface Example {
  /** Alternating, user or observation first; odd length in a usable example. */
  prompt: Message[]
  /** One answer; two (chosen, rejected) for preference data; none where there is no answer. */
  response: Message[]
  system: string
  /** The tools as JSON text; empty without tools. */
  tools: string
}

/** The messages as texts; throws RowError for one that is not. A null system text or list of tools counts as none. */
export function toExample(aligned: Aligned, source: DatasetSource): Example {
  const { columns, formatting } = source
  const messagesAt = formatting === 'alpaca' ? (columns.response ?? 'response') : (columns.messages ?? 'messages')
  const turnAt = (turn: number) => problem('row_turn_of', { column: messagesAt, turn })
  return {
    prompt: aligned.prompt.map((message, i) => toMessage(message, formatting === 'alpaca' ? (columns.history ?? columns.prompt ?? 'prompt') : turnAt(i + 1))),
    response: aligned.response.map((message, i) => toMessage(message, formatting === 'alpaca' ? messagesAt : turnAt(aligned.prompt.length + i + 1))),
    system: toText(aligned.system, columns.system ?? messagesAt),
    tools: toText(aligned.tools, columns.tools ?? messagesAt),
  }
}

function toMessage({ role, content, ...rest }: RawMessage, column: FaultValue): Message {
  const known = roles.find((one) => one === role)
  if (!known) throw new RowError(column, problem('row_role', { role }))
  if (typeof content !== 'string') throw new RowError(column, problem('row_content', { found: kindOf(content) }))
  return { ...rest, role: known, content }
}

function toText(value: Aligned['system'], column: string): string {
  if (value === null || typeof value === 'string') return value ?? ''
  throw wrongKind(column, value, 'kind_text')
}

/** Why a row gives nothing to supervised fine-tuning, though its shape is right, and the field that shows it; null when it does. */
export function unsupervised(aligned: Aligned, { columns, formatting }: DatasetSource): RowError | null {
  const question = (formatting === 'alpaca' ? columns.prompt : columns.messages) ?? 'prompt'
  const answer = (formatting === 'alpaca' ? columns.response : columns.messages) ?? 'response'
  if (aligned.broken.length > 0) return new RowError(question, aligned.broken[0])
  if (aligned.prompt.length % 2 !== 1) return new RowError(question, problem('row_no_question'))
  if (aligned.response.length === 0) return new RowError(answer, problem('row_no_answer'))
  return aligned.response.length > 1 ? new RowError(answer, problem('row_several_answers')) : null
}
