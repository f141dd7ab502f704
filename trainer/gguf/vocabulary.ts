/**
 * A tokenizer as llama.cpp takes it: byte-level BPE ("gpt2", with the name of the rule that cuts words) and SentencePiece's kind of BPE ("llama").
 * Both from tokenizer.json alone. Other models (Unigram, WordPiece) and word rules that llama.cpp does not know are refused.
 */
import { z } from 'zod'
import { type Problem, problem, UserError } from '@/lib/errors'
import { bpeSchema } from '@/lib/text/bpe'
import type { HfTokenizer, TokenizerFile } from '@/lib/text/hf'
import type { Tokenizer } from '@/lib/text/tokenizer'
import { bool, type Metadata, text, u32 } from '@/trainer/gguf/format'

/** llama.cpp's kinds of tokens. */
const kinds = { normal: 1, unknown: 2, control: 3, user_defined: 4, unused: 5, byte: 6 } as const

const SPACE = '▁'

const unusable = (reason: Problem): UserError => new UserError('gguf_unsaid', { problem: reason }, 'model_name_or_path')

export interface VocabularyInput {
  file: TokenizerFile
  tokenizer: HfTokenizer
  /** The same with the chat template's end token in place. */
  speaking: Tokenizer
  /** The token that ends a turn, where it is another than the one that ends a text. */
  endOfTurn: number | null
  /** In Jinja; null where there is none. */
  chatTemplate: string | null
}

/**
 * @param size rows of the embedding: places beyond the tokenizer's are filled
 * @throws UserError `gguf_unsaid`
 */
export function vocabularyMetadata(input: VocabularyInput, size: number): Metadata {
  const model = bpeSchema.safeParse(input.file.model)
  if (!model.success) throw unusable(problem('gguf_tokenizer', { found: input.file.model.type ?? '?' }))
  const tokens = listTokens(input, model.data, size)
  const common = { 'tokenizer.ggml.tokens': { kind: 'strings', value: tokens.map(({ text }) => text) }, 'tokenizer.ggml.token_type': { kind: 'i32s', value: tokens.map(({ kind }) => kinds[kind]) } } as const
  return { ...modelKeys(input, model.data, tokens), ...common, ...specialKeys(input) }
}

type BpeFile = z.output<typeof bpeSchema>

interface ListedToken {
  text: string
  kind: keyof typeof kinds
}

function listTokens({ file, tokenizer }: VocabularyInput, model: BpeFile, size: number): ListedToken[] {
  if (tokenizer.length > size) throw unusable(problem('gguf_vocabulary', { tokens: tokenizer.length, rows: size }))
  const normal = new Map(Object.entries(model.vocab).map(([token, id]) => [id, token]))
  const added = new Map(file.added_tokens.map((token) => [token.id, token]))
  return Array.from({ length: size }, (_, id): ListedToken => {
    const token = added.get(id)?.content ?? normal.get(id) ?? tokenizer.tokenOf(id)
    if (token === null) return { text: `[PAD${id}]`, kind: 'unused' }
    if (token === model.unk_token) return { text: token, kind: 'unknown' }
    if (tokenizer.specialIds.has(id)) return { text: token, kind: 'control' }
    if (added.has(id)) return { text: token.replaceAll(SPACE, ' '), kind: 'user_defined' }
    return { text: token, kind: model.byte_fallback && /^<0x[0-9A-F]{2}>$/.test(token) ? 'byte' : 'normal' }
  })
}

const merged = (merge: string | [string, string]): string => (typeof merge === 'string' ? merge.replace(' ', '') : merge.join(''))

function modelKeys({ file }: VocabularyInput, model: BpeFile, tokens: readonly ListedToken[]): Metadata {
  const steps = stepsOf(file.pre_tokenizer)
  if (steps.at(-1)?.type === 'ByteLevel') {
    const merges = model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')))
    return { 'tokenizer.ggml.model': text('gpt2'), 'tokenizer.ggml.pre': text(wordRule(steps, model)), 'tokenizer.ggml.merges': { kind: 'strings', value: merges } }
  }
  if (!model.byte_fallback) throw unusable(problem('gguf_tokenizer', { found: steps.map(({ type }) => type).join(' + ') || 'BPE' }))
  // What SentencePiece merges first has the highest score; the order of the merges says the same.
  const rank = new Map<string, number>()
  model.merges.forEach((merge, i) => rank.has(merged(merge)) || rank.set(merged(merge), i))
  return {
    'tokenizer.ggml.model': text('llama'),
    'tokenizer.ggml.pre': text('default'),
    'tokenizer.ggml.scores': { kind: 'f32s', value: tokens.map((token) => (token.kind === 'normal' ? -(rank.get(token.text) ?? model.merges.length) : 0)) },
    'tokenizer.ggml.add_space_prefix': bool(prefixesSpace(file)),
  }
}

const stepSchema = z.looseObject({
  type: z.string(),
  pattern: z.looseObject({ Regex: z.string().optional(), String: z.string().optional() }).optional(),
  use_regex: z.boolean().default(true),
  individual_digits: z.boolean().default(false),
  prepend: z.string().optional(),
  prepend_scheme: z.string().optional(),
  add_prefix_space: z.boolean().optional(),
})
type Step = z.output<typeof stepSchema>

/** The steps of a normalizer or pre-tokenizer, one after the other. */
function stepsOf(config: unknown): Step[] {
  const sequence = z.looseObject({ type: z.literal('Sequence'), pretokenizers: z.array(z.unknown()).optional(), normalizers: z.array(z.unknown()).optional() }).safeParse(config)
  const list = sequence.success ? (sequence.data.pretokenizers ?? sequence.data.normalizers ?? []) : [config]
  return list.flatMap((step) => stepSchema.safeParse(step).data ?? [])
}

const GPT4_WORDS = (digits: string) => String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
const TEKKEN_WORDS = String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`

/** How a tokenizer cuts words, and llama.cpp's name for it (`src/llama-vocab.cpp`), where whole words may skip the merges and where not. */
const wordRules: readonly { words: string; pre: string; pre_whole?: string }[] = [
  { words: 'ByteLevel', pre: 'gpt-2' },
  { words: 'Digits ByteLevel', pre: 'smollm' },
  { words: `Split ${GPT4_WORDS(String.raw`\p{N}`)}`, pre: 'qwen2' },
  { words: `Split ${GPT4_WORDS(String.raw`\p{N}{1,3}`)}`, pre: 'smaug-bpe', pre_whole: 'llama-bpe' },
  { words: `Split ${TEKKEN_WORDS}`, pre: 'tekken', pre_whole: 'tekken' },
]

/** @throws UserError for a rule that llama.cpp has no name for: it would cut the same text otherwise */
function wordRule(steps: readonly Step[], model: BpeFile): string {
  const words = steps.map(wordsOf).filter((step) => step !== '').join(' ')
  const rule = wordRules.find((row) => row.words === words)
  const pre = model.ignore_merges ? rule?.pre_whole : rule?.pre
  if (pre === undefined) throw unusable(problem('gguf_words', { found: words.slice(0, 120) }))
  return pre
}

/** One step as `wordRules` names it; '' where it cuts nothing. */
function wordsOf({ type, pattern, use_regex, individual_digits }: Step): string {
  if (type === 'ByteLevel') return use_regex ? type : ''
  if (type === 'Digits') return individual_digits ? type : 'Digits together'
  return type === 'Split' ? `Split ${pattern?.Regex ?? pattern?.String ?? ''}` : type
}

/** Whether a text begins as if a space stood before it. */
function prefixesSpace({ normalizer, pre_tokenizer }: TokenizerFile): boolean {
  const metaspace = stepsOf(pre_tokenizer).find(({ type }) => type === 'Metaspace')
  if (metaspace) return metaspace.prepend_scheme === undefined ? (metaspace.add_prefix_space ?? true) : metaspace.prepend_scheme !== 'never'
  return stepsOf(normalizer).some(({ type, prepend }) => type === 'Prepend' && prepend === SPACE)
}

function specialKeys({ tokenizer, speaking, endOfTurn, chatTemplate }: VocabularyInput): Metadata {
  const keys: Metadata = {}
  const { bos, eos, pad, unk } = speaking
  for (const [name, token] of Object.entries({ bos, eos, unknown: unk, padding: pad })) if (token) keys[`tokenizer.ggml.${name}_token_id`] = u32(token.id)
  if (endOfTurn !== null && endOfTurn !== eos?.id) keys['tokenizer.ggml.eot_token_id'] = u32(endOfTurn)
  const around = tokenizer.encode('a', true)
  keys['tokenizer.ggml.add_bos_token'] = bool(tokenizer.bos !== null && around[0] === tokenizer.bos.id)
  keys['tokenizer.ggml.add_eos_token'] = bool(tokenizer.eos !== null && around.length > 1 && around.at(-1) === tokenizer.eos.id)
  if (chatTemplate !== null) keys['tokenizer.chat_template'] = text(chatTemplate)
  return keys
}
