/**
 * The step from words to ids: our byte-pair encoder where a tokenizer is of that kind, the library's models (Unigram, WordPiece) elsewhere.
 */
import type { Tokenizer as Library } from '@huggingface/tokenizers'
import { problem, Unusable } from '@/lib/errors'
import { Bpe, bpeSchema } from '@/lib/text/bpe'

export interface Model {
  readonly tokensToIds: ReadonlyMap<string, number>
  readonly tokens: readonly (string | undefined)[]
  readonly unkId: number | null
  /** Appends the ids of a text's words to `out`. */
  encode(words: readonly string[], out: number[]): void
}

/** Our encoder, or null where tokenizer.json asks for another model. */
export function bpeOf(config: unknown): Bpe | null {
  const parsed = bpeSchema.safeParse(config)
  return parsed.success ? new Bpe(parsed.data) : null
}

/** `bytes`: the words are plain text, still to be read as bytes. */
export function bpeModel(bpe: Bpe, bytes: boolean): Model {
  const { tokensToIds, tokens, unkId, boundary } = bpe
  return {
    tokensToIds,
    tokens,
    unkId,
    encode(words, out) {
      for (const word of words) {
        const parts = boundary && !bytes && word.includes(boundary, 1) ? cutBefore(word, boundary) : [word]
        for (const part of parts) for (const id of bpe.encode(part, bytes)) out.push(id)
      }
    },
  }
}

/** Cuts a text before each `mark` that follows another character. */
function cutBefore(text: string, mark: string): string[] {
  const parts: string[] = []
  let start = 0
  for (let i = text.indexOf(mark, 1); i >= 0; i = text.indexOf(mark, i + 1)) {
    if (text[i - 1] === mark) continue
    parts.push(text.slice(start, i))
    start = i
  }
  parts.push(text.slice(start))
  return parts
}

export function libraryModel(library: Library): Model {
  const { model } = library
  if (!model) throw new Unusable(problem('tokenizer_no_model'))
  const unkId = model.unk_token_id ?? null
  return {
    tokensToIds: model.tokens_to_ids,
    tokens: model.vocab,
    unkId,
    encode(words, out) {
      for (const token of model._call([...words])) {
        const id = model.tokens_to_ids.get(token) ?? unkId
        if (id !== null) out.push(id)
      }
    },
  }
}
