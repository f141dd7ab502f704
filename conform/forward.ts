/** Checks logits, losses, greedy generation, sampling filters and rope variants against `forward/*.json`, with the tolerances of NUMERICS.md. */
import { readFileSync, readdirSync, existsSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { type ModelConfig, modelConfig } from '@/lib/models/config'
import { type CheckResult } from '@/conform/check'
import { type ModelRuntime, type OpenRunner, type Runner, chosenRuntime } from '@/conform/runner'
import type { Batch } from '@/trainer/engine/types'
import { ropeFrequencies } from '@/trainer/model/rope'
import { candidates, penalize } from '@/trainer/model/sampling'

const LOGITS = 1e-3
const LOSS = 1e-4

const ints = z.array(z.number().int())
const statsSchema = z.array(z.object({ mean: z.array(z.number()), std: z.array(z.number()), argmax: ints }))
const fullSchema = z.array(z.object({ row: z.number(), pos: z.number(), logits: z.array(z.number()) }))
const rowsSchema = z.object({
  input_ids: z.array(ints),
  attention_mask: z.array(ints).optional(),
  position_ids: z.array(ints).optional(),
  labels: z.array(ints),
  loss: z.number(),
  label_tokens: z.number(),
  row_stats: statsSchema,
  full_logits: fullSchema,
})
const samplingSchema = z.object({
  prompt: ints,
  cases: z.array(
    z.object({ repetition_penalty: z.number(), temperature: z.number(), top_k: z.number(), top_p: z.number(), kept: z.number(), token: ints, prob: z.array(z.number()) }),
  ),
})
const variantSchema = z.object({
  config: z.record(z.string(), z.unknown()),
  inv_freq: z.array(z.number()),
  attention_scaling: z.number(),
  row_stats: statsSchema,
  full_logits: fullSchema,
})
const forwardSchema = z.object({
  model: z.string(),
  right_padded: rowsSchema.optional(),
  packed: rowsSchema.optional(),
  /** Beside `tokens` stand runs with a penalty, under keys such as `repetition_penalty_1_3`. */
  greedy: z.array(z.looseObject({ prompt: ints, tokens: ints })).optional(),
  sampling: samplingSchema.optional(),
  input_ids: z.array(ints).optional(),
  variants: z.record(z.string(), variantSchema).optional(),
})

export async function* check(dir: string, runtime?: ModelRuntime): AsyncGenerator<CheckResult> {
  const folder = path.join(dir, 'forward')
  if (!existsSync(folder)) return
  const { openRunner: open } = runtime ?? (await chosenRuntime())
  for (const file of readdirSync(folder).filter(f => f.endsWith('.json')).sort()) {
    const golden = forwardSchema.parse(JSON.parse(readFileSync(path.join(folder, file), 'utf8')))
    const label = `forward/${path.basename(file, '.json')}`
    const model = path.join(dir, 'models', golden.model)
    const raw = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path.join(model, 'config.json'), 'utf8')))
    const config = modelConfig(raw, model)
    const runner = await open(model, config, [])
    try {
      yield* checkModel(label, golden, config, runner)
    } finally {
      runner.dispose()
    }
    for (const [name, variant] of Object.entries(golden.variants ?? {})) {
      yield* checkVariant(`${label} ${name}`, model, modelConfig({ ...raw, rope_parameters: null, ...variant.config }, model), golden.input_ids ?? [], variant, open)
    }
  }
}

type Golden = z.infer<typeof forwardSchema>

async function* checkModel(label: string, golden: Golden, config: ModelConfig, runner: Runner): AsyncGenerator<CheckResult> {
  for (const part of ['right_padded', 'packed'] as const) {
    const rows = golden[part]
    if (!rows) continue
    const batch = batchOf(rows)
    yield result(`${label} ${part} logits`, logitsFault(await runner.logits(batch), batch, config.vocab_size, rows.row_stats, rows.full_logits))
    const { loss_sum, tokens } = await runner.loss(batch)
    const wrongCount = tokens === rows.label_tokens ? null : `label_tokens: expected ${rows.label_tokens}, found ${tokens}`
    yield result(`${label} ${part} loss`, wrongCount ?? away('loss', rows.loss, loss_sum / tokens, LOSS * rows.loss))
  }
  for (const [i, { prompt, tokens, ...others }] of (golden.greedy ?? []).entries()) {
    yield result(`${label} greedy ${i}`, tokensFault(tokens, await runner.greedy(prompt, tokens.length, 1)))
    for (const [key, value] of Object.entries(others)) {
      const penalty = /^repetition_penalty_(\d+)_(\d+)$/.exec(key)
      if (!penalty) continue
      const { tokens } = z.object({ tokens: ints }).parse(value)
      yield result(`${label} greedy ${i} ${key}`, tokensFault(tokens, await runner.greedy(prompt, tokens.length, Number(`${penalty[1]}.${penalty[2]}`))))
    }
  }
  if (golden.sampling) yield* checkSampling(`${label} sampling`, golden.sampling, config, runner)
}

async function* checkSampling(label: string, { prompt, cases }: z.infer<typeof samplingSchema>, config: ModelConfig, runner: Runner): AsyncGenerator<CheckResult> {
  const all = await runner.logits(batchOf({ input_ids: [prompt], labels: [prompt] }))
  for (const [i, one] of cases.entries()) {
    const last = all.slice(-config.vocab_size)
    penalize(last, prompt, one.repetition_penalty)
    const found = candidates(last, one)
    const fault =
      (found.length === one.kept ? null : `kept: expected ${one.kept}, found ${found.length}`) ??
      tokensFault(one.token, found.slice(0, one.token.length).map(c => c.token)) ??
      first(one.prob, (p, j) => away(`prob[${j}]`, p, found[j].probability, 1e-4))
    yield result(`${label} ${i}`, fault)
  }
}

type Variant = z.infer<typeof variantSchema>

async function* checkVariant(label: string, model: string, config: ModelConfig, input_ids: number[][], variant: Variant, open: OpenRunner): AsyncGenerator<CheckResult> {
  const { inv_freq, attention_scaling } = ropeFrequencies(config.rope, input_ids[0].length)
  const frequencies = first(variant.inv_freq, (f, i) => away(`inv_freq[${i}]`, f, inv_freq[i], 1e-6 * f))
  yield result(`${label} frequencies`, frequencies ?? away('attention_scaling', variant.attention_scaling, attention_scaling, 1e-6))
  const runner = await open(model, config, [])
  try {
    const batch = batchOf({ input_ids, labels: input_ids })
    yield result(`${label} logits`, logitsFault(await runner.logits(batch), batch, config.vocab_size, variant.row_stats, variant.full_logits))
  } finally {
    runner.dispose()
  }
}

interface GoldenRows {
  input_ids: number[][]
  attention_mask?: number[][]
  position_ids?: number[][]
  labels: number[][]
}

/** Rows as the engine takes them. Packed rows tell their segments by positions that start again. */
export function batchOf({ input_ids, attention_mask, position_ids, labels }: GoldenRows): Batch {
  const flat = (rows: number[][]): Int32Array => Int32Array.from(rows.flat())
  const restarts = (row: number[]): number[] => {
    let segment = 0
    return row.map(p => (p === 0 ? ++segment : segment))
  }
  const segments = position_ids ? position_ids.map(restarts) : (attention_mask ?? null)
  return {
    rows: input_ids.length,
    length: input_ids[0].length,
    ids: flat(input_ids),
    labels: flat(labels),
    positions: position_ids ? flat(position_ids) : null,
    segments: segments ? flat(segments) : null,
  }
}

function logitsFault(logits: Float32Array, batch: Batch, vocab: number, stats: z.infer<typeof statsSchema>, full: z.infer<typeof fullSchema>): string | null {
  const at = (row: number, pos: number): Float32Array => logits.subarray((row * batch.length + pos) * vocab, (row * batch.length + pos + 1) * vocab)
  const inRow = (row: number, { mean, std, argmax }: (typeof stats)[number]): string | null =>
    first(mean, (m, pos) => {
      const own = at(row, pos)
      const average = own.reduce((a, b) => a + b, 0) / vocab
      const spread = Math.sqrt(own.reduce((a, b) => a + (b - average) ** 2, 0) / vocab)
      // A near-tie may fall the other way within the tolerance, so the expected winner must be as good as ours.
      const top = own.reduce((a, b) => Math.max(a, b))
      return (
        away(`row ${row} pos ${pos} mean`, m, average, LOGITS) ??
        away(`row ${row} pos ${pos} std`, std[pos], spread, LOGITS) ??
        away(`row ${row} pos ${pos} logit of argmax ${argmax[pos]}`, top, own[argmax[pos]], LOGITS)
      )
    })
  const inFull = ({ row, pos, logits }: (typeof full)[number]): string | null =>
    first(logits, (l, i) => away(`row ${row} pos ${pos} logit ${i}`, l, at(row, pos)[i], LOGITS))
  return first(stats, (row, i) => inRow(i, row)) ?? first(full, inFull)
}

export function tokensFault(expected: number[], found: number[]): string | null {
  const i = expected.findIndex((token, j) => token !== found[j])
  return i === -1 && expected.length === found.length ? null : `tokens: expected [${expected.join(' ')}], found [${found.join(' ')}]`
}

/** A sentence when `found` is further than `tolerance` from `expected`, or no number at all. */
export function away(what: string, expected: number, found: number | undefined, tolerance: number): string | null {
  return found !== undefined && Math.abs(found - expected) <= tolerance ? null : `${what}: expected ${expected}, found ${found} (tolerance ${tolerance})`
}

/** The first fault among the items. */
export function first<T>(items: readonly T[], fault: (item: T, index: number) => string | null): string | null {
  for (const [i, item] of items.entries()) {
    const found = fault(item, i)
    if (found !== null) return found
  }
  return null
}

export const result = (name: string, fault: string | null): CheckResult => (fault === null ? { name, ok: true } : { name, ok: false, detail: fault })
