/** What a dataset is made for, by what its entry says of its columns, and why a training of another stage cannot use it or one of its rows. */
import type { TrainingArgs } from '@/lib/config/fields'
import type { DatasetKind } from '@/lib/dataset-view'
import { type Aligned, RowError } from '@/lib/datasets/align'
import { unsupervised } from '@/lib/datasets/example'
import type { DatasetSource } from '@/lib/datasets/info'
import { type Problem, problem } from '@/lib/errors'

export type Stage = TrainingArgs['stage']

/** What a stage learns from. */
export const kindFor = { pt: 'text', sft: 'chat', rm: 'pairs', ppo: 'chat', dpo: 'pairs', kto: 'rated' } as const satisfies Record<Stage, DatasetKind>

export const isStage = (raw: unknown): raw is Stage => typeof raw === 'string' && Object.hasOwn(kindFor, raw)

type Purpose = Pick<DatasetSource, 'ranking' | 'formatting'> & { columns: Pick<DatasetSource['columns'], 'kto_tag' | 'response'> }

export function purposeOf({ ranking, formatting, columns }: Purpose): DatasetKind {
  if (ranking) return 'pairs'
  if (columns.kto_tag !== null) return 'rated'
  return formatting === 'alpaca' && columns.response === null ? 'text' : 'chat'
}

/** The same of a listed dataset. */
export const purposeOfEntry = ({ ranking, kto, kind }: { ranking: boolean; kto: boolean; kind: string }): DatasetKind => (ranking ? 'pairs' : kto ? 'rated' : kind === 'text' ? 'text' : 'chat')

const madeFor = { chat: 'dataset_answers', pairs: 'dataset_ranking', rated: 'dataset_rated', text: 'dataset_plain' } as const satisfies Record<DatasetKind, string>

/** Why a stage cannot use data of a kind, with the stage that can; null when nothing speaks against it. */
export const unfitKind = (kind: DatasetKind, stage: Stage): Problem | null => (kind === kindFor[stage] ? null : problem(madeFor[kind], { stage }))

/** Why a row gives nothing to the training that its dataset is for; null when it does. */
export const useless: Record<DatasetKind, (aligned: Aligned, source: DatasetSource) => RowError | null> = {
  chat: unsupervised,
  pairs: severalAnswers,
  rated: severalAnswers,
  text: ({ prompt }, { columns }) => (prompt.at(-1)?.content ? null : new RowError(columns.prompt ?? 'prompt', problem('row_no_text'))),
}

/** A pair and a rated answer come as two answers. */
function severalAnswers(aligned: Aligned, source: DatasetSource): RowError | null {
  const reason = unsupervised({ ...aligned, response: aligned.response.slice(0, 1) }, source)
  if (reason || aligned.response.length === 2) return reason
  const { columns, ranking } = source
  return new RowError((ranking ? columns.chosen : columns.kto_tag) ?? 'response', problem(ranking ? 'row_no_pair' : 'row_not_rated'))
}
