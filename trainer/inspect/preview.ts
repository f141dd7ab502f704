/**
 * Dataset rows for people to read: as conversations, and, given a template, as the tokens that a training sees, with what is learned and what is cut.
 */
import { RowError } from '@/lib/datasets/align'
import { type Message, toExample, unsupervised } from '@/lib/datasets/example'
import type { DatasetSource } from '@/lib/datasets/info'
import type { Fault } from '@/lib/errors'
import { IGNORED } from '@/lib/samples/supervised'
import type { Template } from '@/lib/templates/template'
import type { DataArgs } from '@/trainer/data/args'
import { findDataset, readInfo, rowFault } from '@/trainer/data/dataset-files'
import { type AlignedRow, openDataset } from '@/trainer/rows/dataset'
import { encodeRow } from '@/trainer/tokens/row'

export interface PreviewToken {
  /** Empty for a token that is only a part of a character; the token that completes it has the character. */
  text: string
  id: number
  learned: boolean
}

export interface PreviewRow {
  dataset: string
  row: number
  system: string
  tools: string
  messages: Message[]
  /** Chosen and rejected answers of preference data. */
  answers: Message[]
  fault: Fault | null
  /** With a template only: the row as it is trained on. `cut` counts the tokens that the cut-off removed. */
  tokens: PreviewToken[] | null
  cut: number
}

export interface Preview {
  total: number
  rows: PreviewRow[]
}

/** Rows `offset` to `offset + limit` over all datasets in `args.dataset`, readable and, given a template, as tokens. UserError for what stops a whole file. */
export async function previewRows(args: DataArgs, template: Template | null, page: { offset: number; limit: number }): Promise<Preview> {
  const info = await readInfo(args.dataset_dir)
  const preview: Preview = { total: 0, rows: [] }
  for (const name of args.dataset ?? []) {
    const source = findDataset(info, name, args.dataset_dir, 'dataset')
    const { store, count, align } = await openDataset(source, args.dataset_dir)
    try {
      const from = Math.max(page.offset - preview.total, 0)
      const to = Math.max(page.offset + page.limit - preview.total, from)
      for (const row of align(await store.read(from + 1, to + 1))) preview.rows.push(previewRow(row, source, args, template))
      preview.total += count
    } finally {
      await store.close()
    }
  }
  return preview
}

export function previewRow(row: AlignedRow, source: DatasetSource, args: DataArgs, template: Template | null): PreviewRow {
  const at = { dataset: source.name, row: row.row }
  const empty: PreviewRow = { ...at, system: '', tools: '', messages: [], answers: [], fault: null, tokens: null, cut: 0 }
  if (row.fault) return { ...empty, fault: row.fault }
  try {
    const { prompt, response, system, tools } = toExample(row.aligned, source)
    const shown = { ...empty, system, tools, messages: response.length === 1 ? [...prompt, ...response] : prompt, answers: response.length > 1 ? response : [] }
    if (row.aligned.broken.length > 0) throw new RowError(source.columns.messages ?? 'row', row.aligned.broken[0])
    if (!template || unsupervised(row.aligned, source) !== null) return shown
    const encoded = encodeRow(at, { prompt, response, system, tools }, args, template)
    if ('code' in encoded) return { ...shown, fault: encoded }
    const { ids, labels, cut } = encoded
    const text = template.tokenizer.stream(false)
    return { ...shown, cut, tokens: ids.map((id, i) => ({ id, text: text.push(id), learned: labels[i] !== IGNORED })) }
  } catch (error) {
    if (error instanceof RowError) return { ...empty, fault: rowFault(source.name, row.row, error) }
    throw error
  }
}
