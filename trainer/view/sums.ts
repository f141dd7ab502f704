/** The statistics of a dataset as pieces of it are counted: sums and a few examples, never rows. */
import type { Repeated, Statistics, TokenStatistics } from '@/lib/dataset-view'
import type { Fault } from '@/lib/errors'
import { type CountTask, Named, raise, type RowCounts, type TokenSums } from '@/trainer/view/counting'
import { BINS, FirstRows, NearRows } from '@/trainer/view/duplicates'

const MOST_TOOLS = 200
/** Bins of the histogram. */
const MOST_BINS = 40

export type Counted = Omit<Statistics, 'total' | 'done' | 'seconds_left' | 'tokens_problem'>

export class Sums {
  seen = 0
  private readonly broken = new Named<{ row: number; problem: Fault }>()
  private readonly empty = new Named<number>()
  private readonly turns = new Map<number, number>()
  private readonly languages = new Map<string | null, number>()
  private readonly tools = new Map<string, { offered: number; calls: number }>()
  private readonly first = new FirstRows()
  private readonly nearRows: NearRows
  private readonly duplicates = new Named<Repeated>()
  private readonly near = new Named<Repeated>()
  private readonly lengths = new Map<number, number>()
  private readonly tokens: TokenSums = { total: 0, learned: 0, cut_rows: 0, cut_tokens: 0, untaught: 0 }

  /** @param cutoff null where no tokens are made */
  constructor(total: number, private readonly cutoff: number | null) {
    this.nearRows = new NearRows(total)
  }

  /** The next rows to count. */
  task(from: number, to: number): CountTask {
    return { from, to, sketches: !this.nearRows.full }
  }

  /** Pieces come in the order of their rows. */
  add({ rows, broken, empty, turns, languages, tools, texts, tokens }: RowCounts): void {
    this.seen += rows
    this.broken.addAll(broken)
    this.empty.addAll(empty)
    for (const [key, count] of turns) raise(this.turns, key, count)
    for (const [key, count] of languages) raise(this.languages, key, count)
    for (const [name, { offered, calls }] of tools) {
      const before = this.tools.get(name) ?? { offered: 0, calls: 0 }
      this.tools.set(name, { offered: before.offered + offered, calls: before.calls + calls })
    }
    this.addTexts(texts)
    if (!tokens) return
    for (const [length, count] of tokens.lengths) raise(this.lengths, length, count)
    for (const key of Object.keys(this.tokens) as (keyof TokenSums)[]) this.tokens[key] += tokens.sums[key]
  }

  private addTexts({ rows, hashes, sketched, sketches }: RowCounts['texts']): void {
    for (const [i, row] of rows.entries()) {
      const same = this.first.note(hashes[i], row)
      if (same !== null) {
        this.duplicates.add({ row, of: same })
        continue
      }
      const like = sketched[i] ? this.nearRows.noteSketch(sketches.subarray(i * BINS, (i + 1) * BINS), row) : null
      if (like !== null) this.near.add({ row, of: like })
    }
  }

  state(): Counted {
    const { cutoff, lengths, tools } = this
    const named = [...tools].map(([name, numbers]) => ({ name, ...numbers })).sort((a, b) => b.calls - a.calls || b.offered - a.offered)
    return {
      seen: this.seen,
      broken: this.broken.state(),
      empty: this.empty.state(),
      turns: [...this.turns].map(([turns, rows]) => ({ turns, rows })).sort((a, b) => a.turns - b.turns),
      languages: [...this.languages].map(([language, rows]) => ({ language, rows })).sort((a, b) => b.rows - a.rows),
      tools: { count: tools.size, rows: named.slice(0, MOST_TOOLS) },
      duplicates: this.duplicates.state(),
      near: { ...this.near.state(), looked: this.nearRows.most },
      tokens: cutoff === null ? null : { ...this.tokens, lengths: binned(lengths, cutoff), longest: Math.max(0, ...lengths.keys()), cutoff },
    }
  }
}

/** Lengths in at most 40 bins of a round width that reach to the longest, or, where few are very long, to twice the 99th percentile. */
function binned(lengths: ReadonlyMap<number, number>, cutoff: number): TokenStatistics['lengths'] {
  const sorted = [...lengths].sort(([a], [b]) => a - b)
  const rows = sorted.reduce((sum, [, count]) => sum + count, 0)
  const longest = sorted.at(-1)?.[0] ?? 0
  let below = 0
  const most = sorted.find(([, count]) => (below += count) >= rows * 0.99)?.[0] ?? 0
  const reach = Math.min(longest, Math.max(most * 2, longest > cutoff ? cutoff * 1.25 : 0)) + 1
  const width = roundWidth(reach / MOST_BINS)
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
