/**
 * A tokenizer as Hugging Face's files describe it. Normaliser, pre-tokeniser, post-processor and the rarer models are those of
 * @huggingface/tokenizers; added tokens (added.ts), byte-pair encoding (bpe.ts) and decoding (decoder.ts) are ours. Left out: pairs of texts, truncation and padding.
 */
import { Tokenizer as Library } from '@huggingface/tokenizers'
import { z } from 'zod'
import { AddedSplitter, type AddedToken } from '@/lib/text/added'
import { createDecoder, type DecodeChain, type DecoderConfig } from '@/lib/text/decoder'
import { bpeModel, bpeOf, libraryModel, type Model } from '@/lib/text/model'
import { textStream } from '@/lib/text/stream'
import type { NamedTokens, SpecialToken, TextStream, Tokenizer } from '@/lib/text/tokenizer'

const addedTokenSchema = z.looseObject({
  content: z.string(),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().optional(),
  special: z.boolean().default(false),
})

/** Of tokenizer.json, what this file reads itself; the rest goes to the library as it is. */
export const tokenizerFileSchema = z.looseObject({
  model: z.looseObject({ type: z.enum(['BPE', 'Unigram', 'WordPiece', 'WordLevel']).optional(), vocab: z.unknown() }),
  added_tokens: z.array(addedTokenSchema.extend({ id: z.number().int().min(0) })).default([]),
  normalizer: z.unknown().default(null),
  pre_tokenizer: z.unknown().default(null),
  post_processor: z.unknown().default(null),
  decoder: z.custom<DecoderConfig | null>((value) => value === null || (typeof value === 'object' && value !== null && 'type' in value)).default(null),
})

const tokenName = z.union([z.string(), z.looseObject({ content: z.string() }).transform((token) => token.content)]).nullish()
const tokenNames = z.union([z.array(tokenName), z.record(z.string(), z.unknown())]).nullish()

/** Of tokenizer_config.json and special_tokens_map.json: the special tokens by role, and flags of added tokens. */
export const specialFileSchema = z.looseObject({
  bos_token: tokenName,
  eos_token: tokenName,
  pad_token: tokenName,
  unk_token: tokenName,
  additional_special_tokens: tokenNames,
  extra_special_tokens: tokenNames,
  added_tokens_decoder: z.record(z.string(), addedTokenSchema).nullish(),
  clean_up_tokenization_spaces: z.boolean().nullish(),
})

export type TokenizerFile = z.output<typeof tokenizerFileSchema>
export type SpecialFile = z.output<typeof specialFileSchema>

/** The parts that do not change when special tokens do. */
interface Parts {
  library: Library
  model: Model
  decode: DecodeChain
  cleanUp: boolean
}

/**
 * Builds a tokenizer. Roles come from tokenizer_config.json, then special_tokens_map.json; `overrides` win over both. Tokens that have a
 * role but no id get one, as in transformers. Error (plain) for a tokenizer.json that cannot be used.
 */
export function createTokenizer(file: TokenizerFile, config: SpecialFile, map: SpecialFile = {}, overrides: NamedTokens = {}): HfTokenizer {
  const parts: Parts = { ...readParts(file), decode: createDecoder(file.decoder), cleanUp: config.clean_up_tokenization_spaces ?? false }
  const added = new Map<string, AddedToken>()
  const declared = Object.entries(config.added_tokens_decoder ?? {}).map(([id, token]) => ({ ...token, id: Number(id) }))
  for (const token of [...file.added_tokens, ...declared]) added.set(token.content, { ...token, normalized: token.normalized ?? !token.special })
  const named: NamedTokens = {
    bos: overrides.bos ?? config.bos_token ?? map.bos_token,
    eos: overrides.eos ?? config.eos_token ?? map.eos_token,
    pad: overrides.pad ?? config.pad_token ?? map.pad_token,
    unk: overrides.unk ?? config.unk_token ?? map.unk_token,
  }
  const others = [config, map].flatMap((source) => [source.additional_special_tokens, source.extra_special_tokens].flatMap(names))
  return new HfTokenizer(parts, added, {}).withTokens(named, others, 'keep')
}

function readParts(file: TokenizerFile): Pick<Parts, 'library' | 'model'> {
  const bpe = bpeOf(file.model)
  if (!bpe) {
    const library = new Library({ ...file, added_tokens: [] }, {})
    return { library, model: libraryModel(library) }
  }
  const { pre_tokenizer, bytes } = withoutBytes(file.pre_tokenizer)
  // The library is asked for the steps around the model only; it insists on having one.
  const library = new Library({ ...file, pre_tokenizer, added_tokens: [], model: { type: 'WordPiece', vocab: {} } }, {})
  return { library, model: bpeModel(bpe, bytes) }
}

/** GPT-2's words, which a ByteLevel pre-tokeniser cuts unless told not to. */
const GPT2_WORDS = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"
const byteLevelSchema = z.looseObject({ type: z.literal('ByteLevel'), add_prefix_space: z.literal(false), use_regex: z.boolean().default(true) })
const sequenceSchema = z.looseObject({ type: z.literal('Sequence'), pretokenizers: z.array(z.unknown()) })

/** Takes a closing ByteLevel step off a pre-tokeniser, so that our encoder sees (and remembers) plain words and reads their bytes itself. */
function withoutBytes(config: unknown): { pre_tokenizer: unknown; bytes: boolean } {
  const sequence = sequenceSchema.safeParse(config)
  const steps = sequence.success ? sequence.data.pretokenizers : [config]
  const last = byteLevelSchema.safeParse(steps.at(-1))
  if (!last.success) return { pre_tokenizer: config, bytes: false }
  const words = last.data.use_regex ? [{ type: 'Split', pattern: { Regex: GPT2_WORDS }, behavior: 'Removed', invert: true }] : []
  return { pre_tokenizer: { type: 'Sequence', pretokenizers: [...steps.slice(0, -1), ...words] }, bytes: true }
}

function names(list: z.output<typeof tokenNames>): string[] {
  const items: unknown[] = list ? (Array.isArray(list) ? list : Object.values(list)) : []
  return items.filter((item) => typeof item === 'string')
}

export class HfTokenizer implements Tokenizer {
  readonly length: number
  /** Tokens of the model itself, added ones not counted: transformers' `vocab_size`. */
  readonly baseLength: number
  readonly bos: SpecialToken | null
  readonly eos: SpecialToken | null
  readonly pad: SpecialToken | null
  readonly unk: SpecialToken | null
  readonly specialIds: ReadonlySet<number>
  private readonly raw: AddedSplitter
  private readonly normalized: AddedSplitter
  private readonly addedById: ReadonlyMap<number, AddedToken>

  constructor(
    private readonly parts: Parts,
    private readonly added: ReadonlyMap<string, AddedToken>,
    private readonly named: NamedTokens,
  ) {
    const tokens = [...added.values()]
    this.addedById = new Map(tokens.map((token) => [token.id, token]))
    this.specialIds = new Set(tokens.filter((token) => token.special).map((token) => token.id))
    this.baseLength = this.model.tokens.length
    this.length = tokens.reduce((most, token) => Math.max(most, token.id + 1), this.baseLength)
    this.raw = new AddedSplitter(tokens.filter((token) => !token.normalized), (token) => token.content)
    this.normalized = new AddedSplitter(tokens.filter((token) => token.normalized), (token) => this.normalize(token.content))
    this.bos = this.role(named.bos)
    this.eos = this.role(named.eos)
    this.pad = this.role(named.pad)
    this.unk = this.role(named.unk)
  }

  withTokens(named: NamedTokens, others: readonly string[], existing: 'keep' | 'replace'): HfTokenizer {
    const added = new Map(this.added)
    let next = this.length
    for (const content of [named.bos, named.eos, named.unk, named.pad, ...others]) {
      if (!content) continue
      const old = added.get(content)
      if (old?.special && existing === 'keep') continue
      const id = old?.id ?? this.model.tokensToIds.get(content) ?? next++
      const flags = old && existing === 'keep' ? old : { single_word: false, lstrip: false, rstrip: false, normalized: false }
      added.set(content, { ...flags, id, content, special: true })
    }
    return new HfTokenizer(this.parts, added, { ...this.named, ...named })
  }

  encode(text: string, addSpecial = false): number[] {
    const ids: number[] = []
    // A lone surrogate cannot be encoded; transformers raises there, we read it as the replacement character.
    const pieces = this.raw.split(text.replace(/\p{Cs}/gu, '\ufffd'))
    pieces.forEach((piece, index) => {
      if (typeof piece !== 'string') ids.push(piece.id)
      else this.encodePiece(piece, index, ids)
    })
    return addSpecial ? this.postProcess(ids) : ids
  }

  decode(ids: readonly number[], skipSpecial = false): string {
    const tokens: string[] = []
    for (const id of ids) {
      const token = skipSpecial && this.specialIds.has(id) ? null : this.tokenOf(id)
      if (token !== null) tokens.push(token)
    }
    const text = this.parts.decode(tokens).join('')
    return this.parts.cleanUp ? cleanUp(text) : text
  }

  idOf(token: string): number | null {
    return this.added.get(token)?.id ?? this.model.tokensToIds.get(token) ?? null
  }

  tokenOf(id: number): string | null {
    return this.addedById.get(id)?.content ?? this.model.tokens[id] ?? null
  }

  stream(skipSpecial: boolean): TextStream {
    return textStream(
      (ids) => this.decode(ids),
      (id) => skipSpecial && this.specialIds.has(id),
    )
  }

  private get model(): Model {
    return this.parts.model
  }

  /** What the post-processor adds around a text; it works on token strings. */
  private postProcess(ids: number[]): number[] {
    const processor = this.parts.library.post_processor
    if (!processor) return ids
    const around = processor.post_process([PLACEHOLDER], null, true).tokens
    return around.flatMap((token) => (token === PLACEHOLDER ? ids : (this.idOf(token) ?? this.model.unkId ?? [])))
  }

  private role(text: string | null | undefined): SpecialToken | null {
    if (!text) return null
    const id = this.idOf(text)
    return id === null ? null : { text, id }
  }

  private normalize(text: string): string {
    return this.parts.library.normalizer?.normalize(text) ?? text
  }

  /** `index` 0: the text's beginning, where Metaspace's prepend_scheme "first" adds its space. */
  private encodePiece(text: string, index: number, ids: number[]): void {
    this.normalized.split(this.normalize(text)).forEach((piece, part) => {
      if (typeof piece !== 'string') return void ids.push(piece.id)
      if (piece === '') return
      const words = this.parts.library.pre_tokenizer?.pre_tokenize(piece, { section_index: index + part }) ?? [piece]
      this.model.encode(words, ids)
    })
  }
}

/** Stands for the text while the post-processor decides what goes around it. */
const PLACEHOLDER = '\0text\0'

/** transformers' `clean_up_tokenization`: the spaces before punctuation and contractions that old English tokenizers leave. */
function cleanUp(text: string): string {
  return text.replace(/ ([.?!,])/g, '$1').replaceAll(" ' ", "'").replace(/ (n't|'m|'s|'ve|'re)/g, '$1')
}
