/**
 * A loaded model that answers conversations: base, adapter, tokenizer and template together, one answer at a time as text. Who asks, and in
 * which order, is `chat.ts`'s and `chat-terminal.ts`'s.
 */
import { randomInt } from 'node:crypto'
import { UserError } from '@/lib/errors'
import type { ChatAsk, ChatLoad } from '@/lib/events'
import type { ModelConfig } from '@/lib/models/config'
import { checkVocabulary, type Template } from '@/lib/templates/template'
import { modelFolder } from '@/hub/model'
import { readAdapter } from '@/trainer/adapter/adapter'
import { checkDtype } from '@/trainer/run/check'
import { createGenerator, isWasm } from '@/trainer/device'
import type { Generator } from '@/trainer/engine/types'
import { templateFor } from '@/trainer/tokenizer/own-template'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { openWeights, readModelConfig } from '@/trainer/weights/index'

/** Longest conversation, in tokens, where the model itself allows more: the cache of keys and values is made for it at loading. */
const longest = 4096

export type AnswerPart = { text: string } | { end: 'stop' | 'length' | 'cancelled'; tokens: number; tokens_per_s: number }

export interface ChatModel {
  readonly runtime: string
  /** UserError `prompt_too_long` when the conversation leaves no room for an answer. */
  answer(ask: ChatAsk, signal: AbortSignal): AsyncGenerator<AnswerPart>
  dispose(): void
}

/** `auto` keeps a float32 checkpoint in float32, and halves the others' reads where bfloat16 can be computed with. */
export function dtypeOf({ infer_dtype }: { infer_dtype: ChatLoad['infer_dtype'] | 'float16' }, config: ModelConfig): 'float32' | 'bfloat16' {
  if (infer_dtype === 'bfloat16') checkDtype(infer_dtype, 'infer_dtype')
  if (infer_dtype === 'bfloat16' || infer_dtype === 'float32') return infer_dtype
  return config.dtype === 'float32' || isWasm() ? 'float32' : 'bfloat16'
}

/** Checks everything first, then loads. UserError for what is wrong with folder, template or adapter. */
export async function openChatModel(load: ChatLoad): Promise<ChatModel> {
  const { adapter_name_or_path: adapters } = load
  const folder = modelFolder(load.model_name_or_path)
  const config = readModelConfig(folder)
  const dtype = dtypeOf(load, config)
  openWeights(folder, config)
  for (const adapter of adapters) readAdapter(adapter, config)
  const tokenizer = await loadTokenizer(folder)
  const prepare = (enable_thinking: boolean) => templateFor(folder, tokenizer, { template: load.template, enable_thinking })
  const templates = { thinking: prepare(true), plain: prepare(false) }
  checkVocabulary(templates.thinking, config.vocab_size)
  const max_length = Math.min(config.max_position_embeddings, longest)
  const generator = await createGenerator({ config, weights: folder, adapters, dtype, max_length })
  return {
    runtime: generator.runtime,
    answer: (ask, signal) => answer(generator, ask.enable_thinking ? templates.thinking : templates.plain, max_length, ask, signal),
    dispose: () => generator.dispose(),
  }
}

async function* answer(generator: Generator, template: Template, max_length: number, ask: ChatAsk, signal: AbortSignal): AsyncGenerator<AnswerPart> {
  const { prompt } = template.encodeOneturn([...ask.messages, { role: 'assistant', content: '' }], ask.system, ask.tools)
  const room = max_length - prompt.length
  if (room < 1) throw new UserError('prompt_too_long', { tokens: prompt.length, maximum: max_length - 1 })
  const { sampling } = ask
  const limit = Math.min(sampling.max_new_tokens, room)
  const seed = sampling.seed >= 0 ? sampling.seed : randomInt(2 ** 31)
  const text = template.tokenizer.stream(ask.skip_special_tokens)
  const began = performance.now()
  let tokens = 0
  for await (const id of generator.generate(prompt, { ...sampling, max_new_tokens: limit, seed, stop_ids: template.stopIds, side: ask.side, signal })) {
    tokens += 1
    const fresh = text.push(id)
    if (fresh !== '') yield { text: fresh }
  }
  const rest = text.end()
  if (rest !== '') yield { text: rest }
  const end = signal.aborted ? 'cancelled' : tokens >= limit ? 'length' : 'stop'
  yield { end, tokens, tokens_per_s: Number(((tokens * 1000) / (performance.now() - began)).toFixed(2)) }
}
