/** One row in full: as a conversation, as it stands in its file, and, given settings, as tokens. */
import type { ApiRequest } from '@/lib/api'
import { packs } from '@/lib/config/derived'
import type { RowDetail } from '@/lib/dataset-view'
import { type Fault, UserError } from '@/lib/errors'
import { dumpJson } from '@/lib/pyjson'
import { isGood, judge, openDataset } from '@/trainer/view/open'
import { packedWith } from '@/trainer/view/pack'
import { groundOf, readTokens, tokensOf } from '@/trainer/view/tokens'
import { editedRecord } from '@/trainer/view/save'

/** UserError row_missing, row_text_invalid beside those of the whole dataset. */
export async function viewRow({ row, settings, text, ...place }: ApiRequest<'view_row'>): Promise<RowDetail> {
  const open = await openDataset(place)
  const [stored] = await open.read(row, row)
  if (!stored) throw new UserError('row_missing', { dataset: place.dataset, row, rows: open.count })
  const found = text === null ? stored : open.alone(row, editedRecord(place.dataset, row, text))
  const { example, problem } = judge(found, open)
  const { kind } = open
  const bare = { row, kind, system: '', tools: '', messages: [], answers: [], good: null, problem, raw: found.record ? dumpJson(found.record, 2) : '', tokens: null, tokens_problem: null, pack: null }
  if (!example) return bare
  const { prompt, response, system, tools } = example
  const answers = response.filter(({ content }) => kind !== 'rated' || content !== '')
  const shown = { ...bare, system, tools, good: isGood(example, kind), messages: kind === 'pairs' ? prompt : [...prompt, ...answers], answers: kind === 'pairs' ? response : [] }
  if (!settings || problem) return shown
  try {
    const { args, template } = await groundOf(settings)
    const tokens = tokensOf({ dataset: place.dataset, row }, example, kind, args, template)
    const packed = kind === 'chat' && text === null && packs(args) ? await packedWith(row, open, { args, template }) : null
    return { ...shown, tokens: tokens.map((ids) => readTokens(ids, template)), pack: packed }
  } catch (error) {
    return { ...shown, tokens_problem: userFault(error) }
  }
}

function userFault(error: unknown): Fault {
  if (error instanceof UserError) return error.fault
  throw error
}
