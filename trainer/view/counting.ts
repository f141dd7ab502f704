/**
 * What a piece of a dataset's rows holds, in numbers that can be added up: a worker thread's half of the statistics. The other half (sums.ts) takes pieces in
 * their order, so that of rows that repeat one another the first is the first.
 */
import { MOST_TURNS, type Some } from '@/lib/dataset-view'
import type { Example } from '@/lib/datasets/example'
import { readCalls, readTools } from '@/lib/datasets/reading'
import type { Shapes } from '@/lib/datasets/unify'
import { type Fault, UserError } from '@/lib/errors'
import { IGNORED } from '@/lib/samples/supervised'
import { BINS, hash53, sketchOf } from '@/trainer/view/duplicates'
import { languageOf } from '@/trainer/view/language'
import { turnsOf } from '@/trainer/view/lines'
import { judge, openAnew, type OpenDataset, type OpenRow, type Place } from '@/trainer/view/open'
import { type Ground, groundOf, tokensOf } from '@/trainer/view/tokens'

export interface StatisticsJob {
  place: Place
  settings: Readonly<Record<string, unknown>> | null
  shapes: Shapes
}

/** Rows `from` to `to`, both included, from 1; with what nearness is told by, or without. */
export interface CountTask {
  from: number
  to: number
  sketches: boolean
}

export interface TokenSums {
  total: number
  learned: number
  cut_rows: number
  cut_tokens: number
  untaught: number
}

export interface RowCounts {
  rows: number
  broken: Some<{ row: number; problem: Fault }>
  empty: Some<number>
  turns: Map<number, number>
  languages: Map<string | null, number>
  tools: Map<string, { offered: number; calls: number }>
  /** Of each readable row its number, the hash of its texts and, where asked for and long enough, a sketch of them. */
  texts: { rows: Int32Array; hashes: Float64Array; sketched: Uint8Array; sketches: Uint32Array }
  tokens: { lengths: Map<number, number>; sums: TokenSums } | null
}

/** Rows of a kind that are named. */
export const NAMED = 500

/** Counts, and names the first ones. */
export class Named<Row> implements Some<Row> {
  count = 0
  readonly rows: Row[] = []

  add(row: Row): void {
    this.count++
    if (this.rows.length < NAMED) this.rows.push(row)
  }

  addAll({ count, rows }: Some<Row>): void {
    this.count += count
    this.rows.push(...rows.slice(0, NAMED - this.rows.length))
  }

  state(): Some<Row> {
    return { count: this.count, rows: [...this.rows] }
  }
}

export const raise = <K>(counts: Map<K, number>, key: K, by = 1): void => void counts.set(key, (counts.get(key) ?? 0) + by)

/** Opens the dataset and the tokenizer in a worker. */
export async function openCounting({ place, settings, shapes }: StatisticsJob) {
  const open = await openAnew(place, shapes)
  const ground = await groundOrFault(settings)
  return async (task: CountTask) => {
    const result = countRows(await open.read(task.from, task.to), open, 'code' in ground ? null : ground, task.sketches)
    const { rows, hashes, sketched, sketches } = result.texts
    return { result, transfer: [rows.buffer, hashes.buffer, sketched.buffer, sketches.buffer] }
  }
}

/** A model and template to make tokens with, or why there is none. */
export const groundOrFault = (settings: StatisticsJob['settings']): Promise<Ground | Fault> => groundOf(settings ?? {}).catch(userFault)

function userFault(error: unknown): Fault {
  if (error instanceof UserError) return error.fault
  throw error
}

export function countRows(rows: readonly OpenRow[], open: OpenDataset, ground: Ground | null, sketches: boolean): RowCounts {
  const counts: RowCounts = { rows: rows.length, broken: new Named(), empty: new Named(), turns: new Map(), languages: new Map(), tools: new Map(), texts: textsOf([], false), tokens: null }
  const [broken, empty] = [new Named<{ row: number; problem: Fault }>(), new Named<number>()]
  const tokens = ground && { lengths: new Map<number, number>(), sums: { total: 0, learned: 0, cut_rows: 0, cut_tokens: 0, untaught: 0 } }
  const readable: { row: number; example: Example }[] = []
  for (const row of rows) {
    const { example, problem } = judge(row, open)
    const fault = problem ?? (example && tokens && ground && countTokens(row, example, open, ground, tokens))
    if (fault) broken.add({ row: row.row, problem: fault })
    if (!example || problem) continue
    raise(counts.turns, Math.min(turnsOf(example), MOST_TURNS))
    raise(counts.languages, languageOf(example))
    countTools(example, counts.tools)
    if (saysNothing(example)) empty.add(row.row)
    readable.push({ row: row.row, example })
  }
  return { ...counts, broken: broken.state(), empty: empty.state(), texts: textsOf(readable, sketches), tokens }
}

/** Lengths, what is learned and what is cut off; gives what is wrong with a row that the template cannot say. */
function countTokens({ row }: OpenRow, example: Example, { source, kind }: OpenDataset, { args, template }: Ground, { lengths, sums }: NonNullable<RowCounts['tokens']>): Fault | null {
  try {
    const all = tokensOf({ dataset: source.name, row }, example, kind, args, template)
    const cut = all.map(({ gaps }) => gaps.reduce((sum, { ids }) => sum + ids.length, 0))
    const learned = all.reduce((sum, { labels }) => sum + labels.reduce((count, label) => (label === IGNORED ? count : count + 1), 0), 0)
    raise(lengths, Math.max(...all.map(({ ids }, i) => ids.length + cut[i])))
    sums.total += all.reduce((sum, { ids }) => sum + ids.length, 0)
    sums.learned += learned
    sums.cut_tokens += cut.reduce((sum, tokens) => sum + tokens, 0)
    if (cut.some((tokens) => tokens > 0)) sums.cut_rows++
    if (learned === 0) sums.untaught++
    return null
  } catch (error) {
    return userFault(error)
  }
}

function countTools({ prompt, response, tools: offered }: Example, tools: RowCounts['tools']): void {
  const known = (name: string) => {
    let tool = tools.get(name)
    if (!tool) tools.set(name, (tool = { offered: 0, calls: 0 }))
    return tool
  }
  if (offered !== '') for (const { name } of readTools(offered) ?? []) known(name).offered++
  for (const { role, content } of [...prompt, ...response]) if (role === 'function') for (const { name } of readCalls(content) ?? []) known(name).calls++
}

/** Of a pair, both; of a rated answer, its one. */
function saysNothing({ prompt, response }: Example): boolean {
  const answers = [...prompt, ...response].filter(({ role }) => role === 'assistant')
  const nothing = answers.filter(({ content }) => content.trim() === '')
  return response.length === 2 ? nothing.length > 1 : nothing.length > 0
}

function textsOf(readable: readonly { row: number; example: Example }[], wanted: boolean): RowCounts['texts'] {
  const { length } = readable
  const texts = { rows: new Int32Array(length), hashes: new Float64Array(length), sketched: new Uint8Array(length), sketches: new Uint32Array(wanted ? length * BINS : 0) }
  for (const [i, { row, example: { system, prompt, response } }] of readable.entries()) {
    const said = [...prompt, ...response].map(({ content }) => content)
    texts.rows[i] = row
    texts.hashes[i] = hash53([system, ...said].join('\u0000'))
    const sketch = wanted ? sketchOf(said.join('\n')) : null
    if (!sketch) continue
    texts.sketched[i] = 1
    texts.sketches.set(sketch, i * BINS)
  }
  return texts
}
