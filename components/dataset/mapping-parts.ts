/** Which parts a mapping has: by its format, and by what kind of answers its rows hold. */
import type { Examination } from '@/lib/api'
import type { Mapping } from '@/lib/datasets/mapping'
import type { Messages } from '@/lib/messages/en'

export type Part = keyof Messages['ui']['datasets']['mapping']['columns']
export const answerKinds = ['one', 'pair', 'rated'] as const
export type AnswerKind = (typeof answerKinds)[number]

export const answerKind = ({ ranking, columns }: Mapping): AnswerKind => (ranking ? 'pair' : columns.kto_tag !== null ? 'rated' : 'one')

const answers: Record<AnswerKind, { alpaca: readonly Part[]; messages: readonly Part[] }> = {
  one: { alpaca: ['response'], messages: [] },
  pair: { alpaca: ['chosen', 'rejected'], messages: ['chosen', 'rejected'] },
  rated: { alpaca: ['response', 'kto_tag'], messages: ['kto_tag'] },
}

/** The columns that a mapping asks for, in the order of reading. */
export function partsOf(mapping: Mapping): readonly Part[] {
  const own = answers[answerKind(mapping)]
  return mapping.formatting === 'alpaca' ? ['prompt', 'query', ...own.alpaca, 'history', 'system', 'tools'] : ['messages', ...own.messages, 'system', 'tools']
}

/** The mapping with another kind of answers; columns come from what was recognised, or are left to choose. */
export function withAnswers(mapping: Mapping, kind: string, { recognised }: Pick<Examination, 'recognised'>, rating: string | null): Mapping {
  const { chosen, rejected, response } = recognised.columns
  const none = { chosen: null, rejected: null, kto_tag: null }
  if (kind === 'pair') return { ...mapping, ranking: true, columns: { ...mapping.columns, ...none, response: null, chosen, rejected } }
  const columns = { ...mapping.columns, ...none, response: mapping.columns.response ?? response }
  return { ...mapping, ranking: false, columns: kind === 'rated' ? { ...columns, kto_tag: recognised.columns.kto_tag ?? rating } : columns }
}
