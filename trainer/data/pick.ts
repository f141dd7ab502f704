/** The numbers of the rows that a training is fed: drawn, limited, mixed and split as one list, or streamed, which needs no list. */
import { fields } from '@/lib/config/fields'
import { type MixSettings, mixRows } from '@/lib/datasets/mix'
import { streamedRows } from '@/lib/datasets/stream'
import { UserError } from '@/lib/errors'
import type { Choice, ChosenDataset, Opened } from '@/trainer/data/choice'
import type { DataArgs } from '@/trainer/data/args'
import { rowDrawer, splitRows } from '@/trainer/data/split'

type Rows = Pick<Choice, 'train' | 'evals' | 'stream'>

export function listed(opened: Opened, args: DataArgs): Rows {
  const draw = rowDrawer(args.seed)
  const rows = opened.train.map((dataset) => rowsOf(dataset, args, draw))
  const { train, validation } = splitRows(mixed(rows, args), args.val_size ?? 0, args.seed)
  return { train, stream: null, evals: evalSets(validation, opened.evals.map((dataset) => rowsOf(dataset, args, draw)), args, (sets) => mixed(sets, args)) }
}

/** The reference limits and draws no streamed rows. The validation rows are the first of the stream, and those of none of its passes. */
export function streamed({ train, evals }: Opened, args: DataArgs): Rows {
  const settings = { mix_strategy: 'concat', interleave_probs: null, ...args, buffer_size: args.disable_shuffling ? 1 : (args.buffer_size ?? fields.buffer_size.default) } as const
  const lengths = train.map(({ count }) => count)
  const pass = (number: number) => streamedRows(lengths, settings, number)
  const count = lengths.reduce((sum, length) => sum + length, 0)
  const wanted = Math.trunc(args.val_size ?? 0)
  if (wanted >= count) throw new UserError('val_size_too_large', { val_size: wanted, count: wanted, rows: count }, 'val_size')
  const validation = firstOf(pass(0), wanted)
  const held = new Set(validation)
  const all = evals.map(({ first, count: own }) => Array.from({ length: own }, (_, i) => first + i))
  const merge = (sets: readonly (readonly number[])[]) => {
    const joined = sets.flat()
    return Array.from(streamedRows(sets.map((set) => set.length), settings, 0), (i) => joined[i])
  }
  return { train: [], stream: { count: count - held.size, pass: (number) => without(pass(number), held) }, evals: evalSets(validation, all, args, merge) }
}

function firstOf(rows: Iterable<number>, count: number): number[] {
  const first: number[] = []
  for (const row of rows) if (first.length === count || first.push(row) === count) break
  return first.slice(0, count)
}

function* without(rows: Iterable<number>, held: ReadonlySet<number>): Generator<number> {
  for (const row of rows) if (!held.has(row)) yield row
}

function evalSets(validation: readonly number[], sets: number[][], { eval_dataset, eval_on_each_dataset }: DataArgs, merge: (sets: number[][]) => readonly number[]): Choice['evals'] {
  const own = validation.length > 0 ? [{ name: '', rows: validation }] : []
  if (sets.length === 0) return own
  return [...own, ...(eval_on_each_dataset ? sets.map((rows, i) => ({ name: eval_dataset?.[i] ?? '', rows })) : [{ name: '', rows: merge(sets) }])]
}

/** `num_samples` drawn where the dataset's entry says so, then the first `max_samples`. */
function rowsOf({ source, count, first }: ChosenDataset, args: DataArgs, draw: ReturnType<typeof rowDrawer>): number[] {
  const all = Array.from({ length: count }, (_, i) => first + i)
  const drawn = source.num_samples === null ? all : draw(all, source.num_samples)
  return args.max_samples ? drawn.slice(0, args.max_samples) : drawn
}

/** The rows of several datasets in one sequence. */
function mixed(sets: readonly (readonly number[])[], { mix_strategy = 'concat', interleave_probs = null, seed }: DataArgs & Partial<MixSettings>): readonly number[] {
  if (sets.length === 1) return sets[0]
  const all = sets.flat()
  return mixRows(sets.map((rows) => rows.length), { mix_strategy, interleave_probs, seed }).map((i) => all[i])
}
