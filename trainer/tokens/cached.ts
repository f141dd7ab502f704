/**
 * Tokens kept on disk by what they are made of: the files' identity, the chosen rows, tokenizer, template and settings. In the user's cache without a word;
 * where tokenized_path says, with a fault for tokens that were made of something else.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { exampleCutoff } from '@/lib/config/derived'
import type { TrainingArgs } from '@/lib/config/fields'
import type { Template } from '@/lib/templates/template'
import { cachePlace, contentKey, touch } from '@/trainer/cache'
import type { Choice } from '@/trainer/choose'
import type { DataArgs, Watch } from '@/trainer/data'
import { encodeElsewhere } from '@/trainer/tokens/pool'
import type { Encoding } from '@/trainer/tokens/memory'
import { openTokens, VERSION } from '@/trainer/tokens/store'

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
  const { cutoff_len, train_on_prompt, mask_history, packing, neat_packing, tool_format, default_system, enable_thinking, preserve_thinking } = args
  const start = {
    args: {
      cutoff_len, train_on_prompt, mask_history, packing, neat_packing, tool_format, default_system, enable_thinking, preserve_thinking,
      model_name_or_path: args.model_name_or_path, template: args.template ?? null, dataset_dir: args.dataset_dir,
    },
    datasets: choice.datasets.map(({ source, first }) => ({ name: source.name, first })),
  }
  await encodeElsewhere(choice, rows, start, folder, key, args.preprocessing_num_workers ?? null, watch)
  const made = openTokens(folder, key)
  if (!made) throw new Error(`the tokens in ${folder} have gone`)
  return made
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

async function keyOf({ datasets }: Choice, rows: Int32Array, args: OnDiskArgs, template: Template): Promise<string> {
  const { train_on_prompt = false, mask_history = false } = args
  const files = await Promise.all(datasets.flatMap(({ store }) => store.files.map(contentKey)))
  const tokenizer = await Promise.all(['tokenizer.json', 'tokenizer_config.json'].map((name) => `${args.model_name_or_path}/${name}`).filter(existsSync).map(contentKey))
  const parts = [
    VERSION, datasets.map(({ source }) => source), files, tokenizer,
    template.name, template.row, template.preserveThinking, written(template, probe, 'Be brief.', probeTools), written(template, [probe[0], probe[3]], '', ''),
    exampleCutoff(args), train_on_prompt, mask_history,
  ]
  return createHash('sha256').update(JSON.stringify(parts)).update(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength)).digest('hex')
}
