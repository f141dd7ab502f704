/**
 * What the rest of the project knows of a tokenizer: text to ids and back, and its special tokens. Reading files is `trainer/tokenizer/tokenizer.ts`.
 */

export interface SpecialToken {
  text: string
  id: number
}

/** Turns ids that arrive one by one into text; never hands out half a character. */
export interface TextStream {
  /** The text that this id completes; empty while a character or a leading space is still open. */
  push(id: number): string
  /** What is still held back, at the end of an answer. */
  end(): string
}

/** Special tokens by role, as strings; null or absent where there is none. */
export interface NamedTokens {
  bos?: string | null
  eos?: string | null
  pad?: string | null
  unk?: string | null
}

export interface Tokenizer {
  /** One more than the largest id; a model's vocabulary must be at least this large. */
  readonly length: number
  readonly bos: SpecialToken | null
  readonly eos: SpecialToken | null
  readonly pad: SpecialToken | null
  readonly unk: SpecialToken | null
  /** Ids left out by `decode(ids, true)` and by `stream(true)`. */
  readonly specialIds: ReadonlySet<number>
  /** `addSpecial`: with what the post-processor adds (a Llama tokenizer's leading `<s>`). Templates encode without it. */
  encode(text: string, addSpecial?: boolean): number[]
  decode(ids: readonly number[], skipSpecial?: boolean): string
  /** Id of a whole token; null when the vocabulary lacks it. */
  idOf(token: string): number | null
  /** Token of an id as the vocabulary spells it; null beyond the vocabulary. */
  tokenOf(id: number): string | null
  stream(skipSpecial: boolean): TextStream
  /**
   * The same tokenizer with other roles and further special tokens. Unknown strings get ids at the end. `existing`: whether a string that is an
   * added token already keeps its flags or becomes a plain special token (transformers' `add_special_tokens`).
   */
  withTokens(named: NamedTokens, others: readonly string[], existing: 'keep' | 'replace'): Tokenizer
}
