/** Rows that hold a text or have a property, looked for a moment at a time. */
import type { ApiRequest } from '@/lib/api'
import type { FoundRows, RowFilter, RowWish } from '@/lib/dataset-view'
import type { Example } from '@/lib/datasets/example'
import { type Fault, UserError } from '@/lib/errors'
import { PyNumber, type PyValue } from '@/lib/pyjson'
import { languageOf } from '@/trainer/view/language'
import { turnsOf, usesTools } from '@/trainer/view/lines'
import { judge, type OpenDataset, openDataset, type OpenRow } from '@/trainer/view/open'
import { type Ground, groundOf, tokensOf } from '@/trainer/view/tokens'

/** How long one answer may take: other questions wait meanwhile. */
const LOOK_MS = 150
/** Rows read at once. */
const CHUNK = 200

/** Whether a value holds a text, in any of its parts, whatever the case; `wanted` is in lower case. */
function holds(value: PyValue, wanted: string): boolean {
  if (typeof value === 'string') return value.toLowerCase().includes(wanted)
  if (value instanceof PyNumber) return value.text.includes(wanted)
  if (Array.isArray(value)) return value.some((item) => holds(item, wanted))
  if (value instanceof Map) return [...value.values()].some((item) => holds(item, wanted))
  return String(value) === wanted
}

interface Candidate {
  example: Example | null
  problem: Fault | null
  row: OpenRow
}

type Test = (candidate: Candidate) => boolean

interface Wanted {
  language: string | null
  cut: (row: OpenRow, example: Example) => boolean
}

const tests: Record<RowFilter, (wanted: Wanted) => Test> = {
  all: () => () => true,
  broken: () => ({ problem }) => problem !== null,
  cut: ({ cut }) => ({ row, example, problem }) => example !== null && problem === null && cut(row, example),
  tools: () => ({ example }) => example !== null && usesTools(example),
  multi_turn: () => ({ example }) => example !== null && turnsOf(example) > 1,
  language: ({ language }) => ({ example }) => example !== null && languageOf(example) === language,
}

/** Whether a row fits a wish. UserError: a cut-off is asked for without a model and template. */
export async function wishTest(open: OpenDataset, { query, filter, language }: RowWish, settings: Readonly<Record<string, unknown>> | null): Promise<(row: OpenRow) => boolean> {
  const ground = filter === 'cut' ? await groundOf(settings ?? {}) : null
  const wanted = query.toLowerCase()
  const test = tests[filter]({ language, cut: (row, example) => ground !== null && isCut(row, example, open, ground) })
  return (row) => (wanted === '' || holds(row.record, wanted)) && test({ ...judge(row, open), row })
}

export async function findRows({ wish, settings, from, ...place }: ApiRequest<'view_find'>): Promise<FoundRows> {
  const open = await openDataset(place)
  const fits = await wishTest(open, wish, settings)
  const rows: number[] = []
  const until = performance.now() + LOOK_MS
  for (let at = from; at <= open.count; at += CHUNK) {
    if (at > from && performance.now() > until) return { total: open.count, rows, next: at }
    for (const row of await open.read(at, at + CHUNK - 1)) if (fits(row)) rows.push(row.row)
  }
  return { total: open.count, rows, next: null }
}

/** A row whose tools the template cannot say is broken in its own way, not cut. */
function isCut({ row }: OpenRow, example: Example, { source, kind }: OpenDataset, { args, template }: Ground): boolean {
  try {
    return tokensOf({ dataset: source.name, row }, example, kind, args, template).some(({ gaps }) => gaps.length > 0)
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}
