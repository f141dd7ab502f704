/**
 * What a dataset holds, in numbers: rows are looked at once, a moment at a time, and only sums and a few examples are kept. A dataset with one setting
 * has one survey, which goes on where it was left, and is begun anew when a file or a setting changes.
 */
import type { ApiRequest } from '@/lib/api'
import { MOST_TURNS, type Repeated, type Some, type Statistics, type TokenStatistics } from '@/lib/dataset-view'
import type { Example } from '@/lib/datasets/example'
import { readCalls, readTools } from '@/lib/datasets/reading'
import { type Fault, UserError } from '@/lib/errors'
import { IGNORED } from '@/lib/samples/supervised'
import { remember } from '@/trainer/remember'
import { FirstRows, hash53, NearRows } from '@/trainer/view/duplicates'
import { languageOf } from '@/trainer/view/language'
import { turnsOf } from '@/trainer/view/lines'
import { datasetPaths, judge, type OpenDataset, openDataset, type OpenRow } from '@/trainer/view/open'
import { type Ground, groundOf, tokenSettings, tokensOf } from '@/trainer/view/tokens'

/** How long one answer may take, and the rows between looks at the clock. */
const LOOK_MS = 250
const CHUNK = 50
/** Rows of a kind that are named. */
const NAMED = 500
const MOST_TOOLS = 200

interface Survey {
  advance(): Promise<Statistics>
}

type Key = ApiRequest<'view_statistics'>

const surveyOf = remember<Key, Survey>(begin, ({ settings, ...place }) => datasetPaths(place, settings), 6)

/** UserError: what stops a whole dataset. */
export async function viewStatistics({ dataset_dir, dataset, settings }: Key): Promise<Statistics> {
  return (await surveyOf({ dataset_dir, dataset, settings: settings && tokenSettings(settings) })).advance()
}

/** Counts, and names the first ones. */
function some<Row>(): Some<Row> & { add(row: Row): void } {
  const rows: Row[] = []
  return {
    rows,
    count: 0,
    add(row) {
      this.count++
      if (rows.length < NAMED) rows.push(row)
    },
  }
}

const plain = <Row>({ count, rows }: Some<Row>): Some<Row> => ({ count, rows })

async function begin({ settings, ...place }: Key): Promise<Survey> {
  const open = await openDataset(place)
  const ground = await groundOf(settings ?? {}).catch(userFault)
  const tokens = 'code' in ground ? null : tokenCounter(open, ground)
  const content = contentCounter(open)
  const broken = some<{ row: number; problem: Fault }>()
  let seen = 0
  const look = (row: OpenRow) => {
    seen++
    const { example, problem } = judge(row, open)
    const fault = problem ?? (example && tokens?.add(row, example)) ?? null
    if (fault) broken.add({ row: row.row, problem: fault })
    if (example && !problem) content.add(row.row, example)
  }
  return {
    async advance() {
      const { read } = await openDataset(place) // the one from before may have been closed for another
      const until = performance.now() + LOOK_MS
      while (seen < open.count && performance.now() < until) (await read(seen + 1, seen + CHUNK)).forEach(look)
      const found = { total: open.count, seen, done: seen >= open.count, broken: plain(broken), ...content.state() }
      return { ...found, tokens: tokens?.state() ?? null, tokens_problem: 'code' in ground ? ground : null }
    },
  }
}

function userFault(error: unknown): Fault {
  if (error instanceof UserError) return error.fault
  throw error
}

/** Lengths, what is learned and what is cut off. `add` gives what is wrong with a row that the template cannot say. */
function tokenCounter({ source, kind }: OpenDataset, { args, template }: Ground) {
  const lengths = new Map<number, number>()
  const sums = { total: 0, learned: 0, cut_rows: 0, cut_tokens: 0, untaught: 0 }
  return {
    add({ row }: OpenRow, example: Example): Fault | null {
      try {
        const all = tokensOf({ dataset: source.name, row }, example, kind, args, template)
        const cut = all.map(({ gaps }) => gaps.reduce((sum, { ids }) => sum + ids.length, 0))
        const learned = all.reduce((sum, { labels }) => sum + labels.filter((label) => label !== IGNORED).length, 0)
        const length = Math.max(...all.map(({ ids }, i) => ids.length + cut[i]))
        lengths.set(length, (lengths.get(length) ?? 0) + 1)
        sums.total += all.reduce((sum, { ids }) => sum + ids.length, 0)
        sums.learned += learned
        sums.cut_tokens += cut.reduce((sum, tokens) => sum + tokens, 0)
        if (cut.some((tokens) => tokens > 0)) sums.cut_rows++
        if (learned === 0) sums.untaught++
        return null
      } catch (error) {
        return userFault(error)
      }
    },
    state: (): TokenStatistics => ({ ...sums, lengths: binned(lengths, args.cutoff_len), longest: Math.max(0, ...lengths.keys()), cutoff: args.cutoff_len }),
  }
}

const BINS = 40

/** Lengths in at most `BINS` bins of a round width that reach to the longest, or, where few are very long, to twice the 99th percentile. */
function binned(lengths: ReadonlyMap<number, number>, cutoff: number): TokenStatistics['lengths'] {
  const sorted = [...lengths].sort(([a], [b]) => a - b)
  const rows = sorted.reduce((sum, [, count]) => sum + count, 0)
  const longest = sorted.at(-1)?.[0] ?? 0
  let below = 0
  const most = sorted.find(([, count]) => (below += count) >= rows * 0.99)?.[0] ?? 0
  const reach = Math.min(longest, Math.max(most * 2, longest > cutoff ? cutoff * 1.25 : 0)) + 1
  const width = roundWidth(reach / BINS)
  const bins = Array.from({ length: Math.ceil(reach / width) }, (_, i) => ({ from: i * width, to: (i + 1) * width - 1 as number | null, rows: 0 }))
  for (const [length, count] of sorted) bins[Math.min(Math.floor(length / width), bins.length - 1)].rows += count
  const last = bins.at(-1)
  if (last && last.to !== null && longest > last.to) last.to = null
  return bins
}

/** The next of 1, 2, 5, 10, 20, 50, … */
function roundWidth(least: number): number {
  const unit = 10 ** Math.max(Math.floor(Math.log10(least)), 0)
  return [1, 2, 5, 10].map((factor) => factor * unit).find((width) => width >= least) ?? 1
}

/** What rows say: turns, languages, tools, repetitions, answers that are empty. */
function contentCounter({ count }: OpenDataset) {
  const turns = new Map<number, number>()
  const languages = new Map<string | null, number>()
  const tools = toolCounter()
  const empty = some<number>()
  const repetitions = repetitionCounter(count)
  return {
    add(row: number, example: Example) {
      raise(turns, Math.min(turnsOf(example), MOST_TURNS))
      raise(languages, languageOf(example))
      tools.add(example)
      if (saysNothing(example)) empty.add(row)
      repetitions.add(row, example)
    },
    state: (): Pick<Statistics, 'turns' | 'languages' | 'tools' | 'empty' | 'duplicates' | 'near'> => ({
      turns: [...turns].map(([turn, rows]) => ({ turns: turn, rows })).sort((a, b) => a.turns - b.turns),
      languages: [...languages].map(([language, rows]) => ({ language, rows })).sort((a, b) => b.rows - a.rows),
      tools: tools.state(),
      empty: plain(empty),
      ...repetitions.state(),
    }),
  }
}

const raise = <K>(counts: Map<K, number>, key: K) => void counts.set(key, (counts.get(key) ?? 0) + 1)

/** Of a pair, both; of a rated answer, its one. */
function saysNothing({ prompt, response }: Example): boolean {
  const answers = [...prompt, ...response].filter(({ role }) => role === 'assistant')
  const nothing = answers.filter(({ content }) => content.trim() === '')
  return response.length === 2 ? nothing.length > 1 : nothing.length > 0
}

function toolCounter() {
  const tools = new Map<string, { offered: number; calls: number }>()
  const known = (name: string) => {
    let tool = tools.get(name)
    if (!tool) tools.set(name, (tool = { offered: 0, calls: 0 }))
    return tool
  }
  return {
    add({ prompt, response, tools: offered }: Example) {
      if (offered !== '') for (const { name } of readTools(offered) ?? []) known(name).offered++
      for (const { role, content } of [...prompt, ...response]) if (role === 'function') for (const { name } of readCalls(content) ?? []) known(name).calls++
    },
    state: () => ({
      count: tools.size,
      rows: [...tools].map(([name, numbers]) => ({ name, ...numbers })).sort((a, b) => b.calls - a.calls || b.offered - a.offered).slice(0, MOST_TOOLS),
    }),
  }
}

function repetitionCounter(total: number) {
  const first = new FirstRows()
  const nearRows = new NearRows(total)
  const duplicates = some<Repeated>()
  const near = some<Repeated>()
  return {
    add(row: number, { system, prompt, response }: Example) {
      const said = [...prompt, ...response].map(({ content }) => content)
      const same = first.note(hash53([system, ...said].join('\u0000')), row)
      if (same !== null) return duplicates.add({ row, of: same })
      const like = nearRows.note(said.join('\n'), row)
      if (like !== null) near.add({ row, of: like })
    },
    state: () => ({ duplicates: plain(duplicates), near: { ...plain(near), looked: nearRows.most } }),
  }
}
