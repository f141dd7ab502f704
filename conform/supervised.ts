/**
 * supervised.json: aligned examples to ids and labels (all processors of the reference), packing, padding, and the helpers behind them. Real rows are
 * compared by their hashes.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { exampleCutoff } from '@/lib/config/derived'
import { type Example, type Message, roles, toExample } from '@/lib/datasets/example'
import { greedyKnapsack, packSamples } from '@/lib/samples/packing'
import { encodeFeedback, encodePair, encodePrompt } from '@/lib/samples/preference'
import { encodeTexts } from '@/lib/samples/pretrain'
import { encodeSupervised, inferSeqlen } from '@/lib/samples/supervised'
import { prepareTemplate, type Template } from '@/lib/templates/template'
import { findDataset, readInfo } from '@/trainer/data/dataset-files'
import { collate } from '@/trainer/data/encode'
import { openDataset } from '@/trainer/rows/dataset'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { attempt, type CheckResult, compared, readGolden } from '@/conform/check'

const messages = z.array(z.object({ role: z.enum(roles), content: z.string() }))
const aligned = z
  .looseObject({ _prompt: messages, _response: messages, _system: z.string(), _tools: z.string() })
  .transform((row): Example => ({ prompt: row._prompt, response: row._response, system: row._system, tools: row._tools }))
const numbers = z.array(z.number())
const optionsSchema = z.looseObject({
  cutoff_len: z.number().default(2048),
  train_on_prompt: z.boolean().optional(),
  mask_history: z.boolean().optional(),
  packing: z.boolean().optional(),
  neat_packing: z.boolean().optional(),
  enable_thinking: z.boolean().nullish(),
  preserve_thinking: z.boolean().optional(),
})
const setting = {
  kind: z.string(),
  template: z.string(),
  tokenizer: z.string().default('bytelevel'),
  tokenizer_overrides: z.looseObject({ bos_token: z.string().nullish(), eos_token: z.string().nullish(), pad_token: z.string().nullish() }).default({}),
  options: optionsSchema.default(() => optionsSchema.parse({})),
}
const caseSchema = z.looseObject({
  ...setting,
  error: z.unknown().optional(),
  results: z.array(z.record(z.string(), z.unknown())).optional(),
  packs: z.array(z.looseObject({ input_ids: numbers, attention_mask: numbers, position_ids: numbers, labels: numbers })).optional(),
  examples: z.array(z.string()).optional(),
  batch_examples: z.array(z.string()).optional(),
  packing: z.boolean().optional(),
  tokenizer_add_bos_token_attribute: z.boolean().optional(),
  texts: z.array(z.string()).optional(),
  input_ids: z.array(numbers).optional(),
  collator: z.string().optional(),
  batch: z.record(z.string(), z.unknown()).optional(),
})
const realSchema = z.looseObject({
  ...setting,
  dataset: z.string(),
  row_range: z.tuple([z.number(), z.number()]),
  lengths: numbers,
  row_hash8: z.array(z.string()),
  sha256_all: z.string(),
  keys: z.array(z.string()),
})
const schema = z.looseObject({
  today: z.string(),
  examples: z.record(z.string(), z.array(z.object({ name: z.string(), e: aligned }))),
  cases: z.array(caseSchema),
  infer_seqlen: z.array(z.object({ source_len: z.number(), target_len: z.number(), cutoff_len: z.number(), result_source_target: numbers })),
  greedy_knapsack: z.array(z.looseObject({ lengths: numbers, capacity: z.number(), knapsacks: z.array(numbers) })),
  block_diagonal_masks: z.array(z.looseObject({ attention_mask: numbers, allowed: z.array(numbers) })),
  real_data: z.looseObject({ cases: z.array(realSchema) }).optional(),
})
type Golden = z.output<typeof schema>
type Case = z.output<typeof caseSchema>
type Setting = Pick<Case, 'template' | 'tokenizer' | 'tokenizer_overrides' | 'options'>

export async function* check(dir: string): AsyncGenerator<CheckResult> {
  const raw = readGolden(dir, 'supervised.json')
  if (raw === null) return
  const file = schema.parse(raw)
  yield* helpers(file)
  for (const [i, item] of file.cases.entries()) {
    const name = `${item.kind} ${i} ${item.template} ${JSON.stringify(item.options)}`
    yield* checkCase(name, item, file, await templateOf(dir, item, file.today))
  }
  for (const item of file.real_data?.cases ?? []) yield await checkReal(dir, item, file.today)
}

function* helpers(file: Golden): Generator<CheckResult> {
  for (const item of file.infer_seqlen) {
    const { source_len, target_len, cutoff_len } = item
    yield compared(`infer_seqlen ${source_len} ${target_len} ${cutoff_len}`, item.result_source_target, inferSeqlen(source_len, target_len, cutoff_len))
  }
  for (const [i, item] of file.greedy_knapsack.entries()) {
    yield attempt(`greedy_knapsack ${i}`, () => compared(`greedy_knapsack ${i}`, item.knapsacks, greedyKnapsack(item.lengths, item.capacity)))
  }
  for (const [i, { attention_mask: segments, allowed }] of file.block_diagonal_masks.entries()) {
    // The batch's contract (engine/types.ts): a token sees earlier tokens of its own segment; padding (0) sees nothing.
    const ours = segments.map((own, at) => segments.map((other, to) => (own !== 0 && own === other && to <= at ? 1 : 0)))
    yield compared(`block_diagonal_mask ${i}`, allowed, ours)
  }
}

/** The template of a case, or what was thrown instead. */
async function templateOf(dir: string, item: Setting, today: string): Promise<Template | Error> {
  const { bos_token: bos, eos_token: eos, pad_token: pad } = item.tokenizer_overrides
  const tokenizer = await loadTokenizer(path.join(dir, 'tokenizers', item.tokenizer), { bos, eos, pad })
  if (item.options.mask_history && item.options.train_on_prompt) return new Error('mask_history and train_on_prompt exclude each other')
  try {
    return prepareTemplate(tokenizer, { ...item.options, template: item.template }, () => new Date(today))
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function* checkCase(name: string, item: Case, file: Golden, template: Template | Error): Generator<CheckResult> {
  if (item.error !== undefined) return void (yield { name, ok: template instanceof Error, detail: 'expected to be refused' })
  if (template instanceof Error) return void (yield { name, ok: false, detail: String(template) })
  const named = new Map((file.examples[item.kind] ?? file.examples.supervised).map(({ name: own, e }) => [own, e]))
  if (item.packs) yield attempt(name, () => checkPacks(name, item, [...named.values()], template))
  else if (item.kind === 'collate') yield attempt(`${name} ${item.collator}`, () => checkCollate(`${name} ${item.collator}`, item, file, template))
  else if (item.kind === 'pretrain') {
    const rows = encodeTexts(item.texts ?? [], template, item.options.cutoff_len, item.packing ?? false, item.tokenizer_add_bos_token_attribute ?? false)
    yield compared(name, item.input_ids, rows)
  } else if (item.kind === 'feedback_kto') {
    const examples = (item.batch_examples ?? []).flatMap((own) => named.get(own) ?? [])
    yield attempt(name, () => compared(name, item.results, feedbackRows(examples, template, item.options.cutoff_len).map((row) => picked(row, item.results?.[0]))))
  } else {
    for (const result of item.results ?? []) {
      const at = `${name} ${String(result.example)}`
      const example = named.get(String(result.example))
      yield example ? attempt(at, () => checkRow(at, result, item, example, template)) : { name: at, ok: false, detail: 'no such example' }
    }
  }
}

/** Only the keys that the file has. */
function picked(row: Record<string, unknown>, like: Record<string, unknown> | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.keys(like ?? row).map((key) => [key, row[key]]))
}

function checkRow(name: string, result: Record<string, unknown>, item: Case, example: Example, template: Template): CheckResult {
  const { example: _, ...expected } = result
  const row = encodedRow(item.kind, example, template, item.options)
  return compared(name, expected, row === null ? { dropped: true } : picked(row, expected))
}

/** A row as the reference's processor of that kind gives it; null where it drops the example. */
function encodedRow(kind: string, example: Example, template: Template, options: Case['options']): Record<string, unknown> | null {
  const odd = example.prompt.length % 2 === 1
  if (kind === 'supervised') {
    if (!odd || example.response.length !== 1) return null
    const { ids, labels } = encodeSupervised(example, template, options)
    return { input_ids: ids, labels }
  }
  if (kind === 'pairwise') {
    if (!odd || example.response.length < 2) return null
    const { chosen, rejected } = encodePair(example, template, options.cutoff_len)
    return { chosen_input_ids: chosen.ids, chosen_labels: chosen.labels, rejected_input_ids: rejected.ids, rejected_labels: rejected.labels }
  }
  if (kind !== 'unsupervised') throw new Error(`no processor of kind ${kind}`)
  if (!odd) return null
  const { ids, labels } = encodePrompt(example, template, options.cutoff_len)
  return { input_ids: ids, labels }
}

/** All rows as one batch: each example's KL answer is the one of the example before it, dropped ones counted. */
function feedbackRows(examples: readonly Example[], template: Template, cutoff: number): Record<string, unknown>[] {
  return examples.flatMap((example, i) => {
    if (example.prompt.length % 2 !== 1 || example.response.length < 2) return []
    const before: readonly Message[] = examples.at(i - 1)?.response ?? []
    const { ids, labels, desirable, kl } = encodeFeedback(example, before, template, cutoff)
    return [{ input_ids: ids, labels, kl_input_ids: kl.ids, kl_labels: kl.labels, kto_tags: desirable, kto_tag: desirable }]
  })
}

function checkPacks(name: string, item: Case, examples: readonly Example[], template: Template): CheckResult {
  const cutoff_len = exampleCutoff(item.options)
  const rows = examples.filter(({ prompt, response }) => prompt.length % 2 === 1 && response.length === 1)
  const samples = rows.map((example) => encodeSupervised(example, template, { ...item.options, cutoff_len })).filter(({ ids }) => ids.length <= cutoff_len)
  const packs = packSamples(samples, cutoff_len, template.tokenizer.pad?.id ?? 0, item.options.neat_packing ?? false)
  const expected = item.packs?.map(({ input_ids, attention_mask, position_ids, labels }) => ({ input_ids, attention_mask, position_ids, labels }))
  return compared(name, expected, packs.map((pack) => ({ input_ids: pack.ids, attention_mask: pack.mask, position_ids: pack.positions, labels: pack.labels })))
}

interface Row {
  ids: readonly number[]
  labels: readonly number[]
}

/** What a collator of the reference puts together, by the prefix of its columns; a pair's chosen answers come first, then all rejected ones. */
const collators: Record<string, { kind: string; parts: (examples: readonly Example[], template: Template, options: Case['options']) => Record<string, readonly Row[]> }> = {
  SFT: { kind: 'supervised', parts: (examples, template, options) => ({ '': examples.map((example) => encodeSupervised(example, template, options)) }) },
  Pairwise: {
    kind: 'pairwise',
    parts(examples, template, { cutoff_len }) {
      const pairs = examples.map((example) => encodePair(example, template, cutoff_len))
      return { '': [...pairs.map(({ chosen }) => chosen), ...pairs.map(({ rejected }) => rejected)] }
    },
  },
  KTO: {
    kind: 'feedback_kto',
    parts(examples, template, { cutoff_len }) {
      const rows = examples.map((example, i) => encodeFeedback(example, examples.at(i - 1)?.response ?? [], template, cutoff_len))
      return { '': rows, kl_: rows.map(({ kl }) => kl) }
    },
  },
}

/** Padding of batches. */
function checkCollate(name: string, item: Case, file: Golden, template: Template): CheckResult {
  const [, collator] = Object.entries(collators).find(([own]) => item.collator?.startsWith(own)) ?? []
  if (collator === undefined) throw new Error(`no collator is called ${item.collator}`)
  const named = new Map(file.examples[collator.kind].map(({ name: own, e }) => [own, e]))
  const examples = (item.examples ?? []).flatMap((own) => named.get(own) ?? [])
  const ours: Record<string, unknown> = {}
  for (const [prefix, samples] of Object.entries(collator.parts(examples, template, item.options))) {
    const length = Math.ceil(Math.max(...samples.map(({ ids }) => ids.length)) / 8) * 8
    const typed = samples.map(({ ids, labels }) => ({ ids: Int32Array.from(ids), labels: Int32Array.from(labels) }))
    const batch = collate(typed, length, samples.length, template.tokenizer.pad?.id ?? 0)
    const rows = (values: Int32Array) => samples.map((_, row) => Array.from(values.subarray(row * length, (row + 1) * length)))
    Object.assign(ours, { [`${prefix}input_ids`]: rows(batch.ids), [`${prefix}labels`]: rows(batch.labels), [`${prefix}attention_mask`]: rows(batch.segments ?? new Int32Array()) })
  }
  const known = Object.keys(item.batch ?? {}).filter((key) => key in ours)
  return compared(name, Object.fromEntries(known.map((key) => [key, item.batch?.[key]])), picked(ours, Object.fromEntries(known.map((key) => [key, 0]))))
}

async function checkReal(dir: string, item: z.output<typeof realSchema>, today: string): Promise<CheckResult> {
  const name = `real ${item.dataset} ${item.kind} ${item.template}`
  const folder = path.join(dir, '..', 'realdata')
  if (!existsSync(folder)) return { name, ok: false, unsupported: `data files in ${folder}` }
  const template = await templateOf(dir, item, today)
  if (template instanceof Error) return { name, ok: false, detail: String(template) }
  const source = findDataset(await readInfo(folder), item.dataset, folder, 'dataset')
  const { store, align } = await openDataset(source, folder)
  const rows = align(await store.read(item.row_range[0] + 1, item.row_range[1] + 1))
  return attempt(name, () => {
    const examples = rows.map(({ row, aligned }) => {
      if (!aligned) throw new Error(`row ${row} is refused`)
      return toExample(aligned, source)
    })
    const lines = realRows(item, examples, template).map((row) => item.keys.map((key) => (row === null ? 'dropped' : (row[key] as number[]).join(','))).join(';'))
    const sha = (text: string) => createHash('sha256').update(text).digest('hex')
    return compared(name, { row_hash8: item.row_hash8, sha256_all: item.sha256_all }, { row_hash8: lines.map((line) => sha(line).slice(0, 8)), sha256_all: sha(lines.join('\n')) })
  })
}

function realRows(item: z.output<typeof realSchema>, examples: Example[], template: Template): (Record<string, unknown> | null)[] {
  const { cutoff_len } = item.options
  if (item.kind === 'feedback_kto') return feedbackRows(examples, template, cutoff_len)
  if (item.kind !== 'pretrain') return examples.map((example) => encodedRow(item.kind, example, template, item.options))
  return encodeTexts(examples.map(({ prompt }) => prompt[0].content), template, cutoff_len, true, false).map((ids) => ({ input_ids: ids }))
}
