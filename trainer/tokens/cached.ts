/**
 * Tokens kept on disk by what they are made of: the files' identity, the chosen rows, tokenizer, template and settings. In the user's cache without a word;
 * where tokenized_path says, with a fault for tokens that were made of something else.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { exampleCutoff, packs } from '@/lib/config/derived'
import type { TrainingArgs } from '@/lib/config/fields'
import type { Template } from '@/lib/templates/template'
import { cachePlace, contentKey, touch } from '@/trainer/cache'
import type { Choice } from '@/trainer/data/choice'
import type { DataArgs } from '@/trainer/data/args'
import type { Encoding, Watch } from '@/trainer/tokens/encoding'
import { inOrder, WorkerPool } from '@/trainer/data/pool'
import { openTokens, type Piece, VERSION } from '@/trainer/tokens/store'
import type { TokensJob } from '@/trainer/tokens/work'
import { tokenWriter } from '@/trainer/tokens/writer'

/** Settings that make another template of the same name. */
type TemplateArgs = Partial<Pick<TrainingArgs, 'template' | 'tool_format' | 'default_system' | 'enable_thinking' | 'preserve_thinking'>>
export type OnDiskArgs = DataArgs & TemplateArgs & { model_name_or_path: string }

/** UserError: those of the rows, and tokens_of_others. */
export async function encodeOnDisk(choice: Choice, rows: Int32Array, args: OnDiskArgs, template: Template, watch: Watch): Promise<Encoding> {
  const key = await keyOf(choice, rows, args, template)
  const folder = args.tokenized_path ?? cachePlace('tokens', key)
  const found = args.overwrite_cache ? null : openTokens(folder, key)
  if (found) {
    touch(folder)
    return found
  }
  const { stage, cutoff_len, train_on_prompt, mask_history, packing, neat_packing, tool_format, default_system, enable_thinking, preserve_thinking } = args
  const start = {
    args: {
      stage, cutoff_len, train_on_prompt, mask_history, packing, neat_packing, tool_format, default_system, enable_thinking, preserve_thinking,
      model_name_or_path: args.model_name_or_path, template: args.template ?? null, dataset_dir: args.dataset_dir,
    },
    datasets: choice.datasets.map(({ source, first, shapes }) => ({ name: source.name, first, shapes })),
  }
  await encodeElsewhere(choice, rows, start, tokenWriter(folder, key), args.preprocessing_num_workers ?? null, watch)
  const made = openTokens(folder, key)
  if (!made) throw new Error(`the tokens in ${folder} have gone`)
  return made
}

/** Text of a worker's task. */
const TASK_BYTES = 1024 * 1024

/** The rows made into tokens by workers, written in their order as they come. */
async function encodeElsewhere(choice: Choice, rows: Int32Array, start: TokensJob, writer: ReturnType<typeof tokenWriter>, wanted: number | null, watch: Watch): Promise<void> {
  const all = choice.datasets.reduce((sum, { count }) => sum + count, 0)
  const perTask = Math.min(Math.max(Math.floor((TASK_BYTES * all) / Math.max(choice.bytes, 1)), 16), 4096)
  const tasks = Math.ceil(rows.length / perTask)
  const pool = new WorkerPool<Int32Array, Piece>({ job: 'tokens', ...start }, Math.min(wanted ?? availableParallelism(), tasks))
  try {
    let written = 0
    for await (const piece of inOrder(pool, portions(rows, perTask))) {
      writer.add(piece)
      if (++written < tasks) watch(written / tasks)
    }
    writer.finish()
  } catch (error) {
    writer.drop()
    throw error
  } finally {
    await pool.close()
  }
}

/** Copies, because what travels to a worker takes its whole buffer along. */
function* portions(rows: Int32Array, size: number): Generator<Int32Array> {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size)
}

/** A conversation that shows what a template and its tokenizer write; the date too, where a template names it. */
const probe = [
  { role: 'user', content: 'How are you? 你好吗？ 123' },
  { role: 'function', content: '{"name": "f", "arguments": {"x": [1, "é"]}}' },
  { role: 'observation', content: '{"y": null}' },
  { role: 'assistant', content: '<think>\nSo.\n</think>\n\nFine. 🙂' },
  { role: 'user', content: 'Well' },
  { role: 'assistant', content: '' },
] as const
const probeTools = '[{"name": "f", "description": "d", "parameters": {"type": "object", "properties": {"x": {"type": "array", "description": "e"}}}}]'

/** The ids, or what the template has against the conversation, which tells templates apart as well. */
function written(template: Template, ...conversation: Parameters<Template['encodeMultiturn']>): unknown {
  try {
    return template.encodeMultiturn(...conversation)
  } catch (error) {
    return String(error)
  }
}

/** What tells a template with its tokenizer from others. */
export const templateKey = (template: Template): unknown[] => [
  template.name, template.row, template.preserveThinking, written(template, probe, 'Be brief.', probeTools), written(template, [probe[0], probe[3]], '', ''),
]

async function keyOf({ datasets }: Choice, rows: Int32Array, args: OnDiskArgs, template: Template): Promise<string> {
  const { train_on_prompt = false, mask_history = false } = args
  const files = await Promise.all(datasets.flatMap(({ store }) => store.files.map(contentKey)))
  const tokenizer = await Promise.all(['tokenizer.json', 'tokenizer_config.json'].map((name) => `${args.model_name_or_path}/${name}`).filter(existsSync).map(contentKey))
  const parts = [
    VERSION, datasets.map(({ source }) => source), files, tokenizer,
    ...templateKey(template), exampleCutoff(args), train_on_prompt, mask_history, args.stage ?? 'sft', args.stage === 'pt' && packs(args),
  ]
  return createHash('sha256').update(JSON.stringify(parts)).update(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength)).digest('hex')
}
