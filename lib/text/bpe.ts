/**
 * Byte-pair encoding on ids (Sennrich et al. 2016), with the rules of Hugging Face's tokenizers (`models/bpe`). Ours because the library's
 * works on strings and reaches a quarter of the speed that a large dataset needs. Left out: dropout, and the subword prefix and word suffix that no
 * causal language model uses (such tokenizers go to the library).
 */
import { z } from 'zod'
import { problem, Unusable } from '@/lib/errors'

export const bpeSchema = z.looseObject({
  type: z.literal('BPE').optional(),
  vocab: z.record(z.string(), z.number().int().min(0)),
  merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  unk_token: z.string().nullish(),
  fuse_unk: z.boolean().nullish(),
  byte_fallback: z.boolean().nullish(),
  ignore_merges: z.boolean().nullish(),
  continuing_subword_prefix: z.union([z.literal(''), z.null()]).optional(),
  end_of_word_suffix: z.union([z.literal(''), z.null()]).optional(),
})

/** Words remembered with their ids; the table starts over when it is full. */
const CACHE_WORDS = 50_000
/** Below this many symbols the smallest rank is searched anew after each merge, above it a heap is kept. */
const SHORT = 48
/** Heap keys are rank * POSITIONS + position, exact in a double. */
const POSITIONS = 2 ** 26

const utf8 = new TextEncoder()

/** GPT-2's printable stand-ins: byte → character. */
export const charOfByte: readonly string[] = (() => {
  const table: string[] = []
  let next = 256
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
    table.push(String.fromCharCode(printable ? byte : next++))
  }
  return table
})()

interface Merge {
  rank: number
  id: number
}

export class Bpe {
  readonly tokensToIds: ReadonlyMap<string, number>
  readonly tokens: readonly (string | undefined)[]
  readonly unkId: number | null
  /** No merge makes a token with this character after another one, so a text may be cut before it without changing the result. */
  readonly boundary: string | null
  private readonly merges = new Map<number, Merge>()
  private crossed = false
  private readonly cache = new Map<string, readonly number[]>()
  private readonly byteTokens: readonly (number | undefined)[]
  private readonly byteChars: readonly (number | undefined)[]

  constructor(private readonly config: z.output<typeof bpeSchema>) {
    this.tokensToIds = new Map(Object.entries(config.vocab))
    const tokens: (string | undefined)[] = []
    for (const [token, id] of this.tokensToIds) tokens[id] = token
    this.tokens = tokens
    this.unkId = this.tokensToIds.get(config.unk_token ?? '') ?? null
    this.byteTokens = charOfByte.map((_, byte) => this.tokensToIds.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`))
    this.byteChars = charOfByte.map((char) => this.tokensToIds.get(char))
    config.merges.forEach((merge, rank) => this.addMerge(typeof merge === 'string' ? splitMerge(merge) : merge, rank))
    this.boundary = this.crossed ? null : '▁'
  }

  /** Ids of one word of the pre-tokeniser. `bytes`: the word is text whose UTF-8 bytes are the symbols (byte-level), instead of its characters. */
  encode(word: string, bytes: boolean): readonly number[] {
    const known = this.cache.get(word)
    if (known) return known
    const ids = this.encodeNew(word, bytes)
    if (word.length < 256) {
      if (this.cache.size >= CACHE_WORDS) this.cache.clear()
      this.cache.set(word, ids)
    }
    return ids
  }

  private encodeNew(word: string, bytes: boolean): readonly number[] {
    if (this.config.ignore_merges) {
      const whole = this.tokensToIds.get(bytes ? Array.from(utf8.encode(word), (byte) => charOfByte[byte]).join('') : word)
      if (whole !== undefined) return [whole]
    }
    const symbols = bytes ? this.byteSymbols(word) : this.charSymbols(word)
    return symbols.length > SHORT ? this.mergeLong(symbols) : this.mergeShort(symbols)
  }

  private addMerge([left, right]: readonly [string, string], rank: number): void {
    const a = this.tokensToIds.get(left)
    const b = this.tokensToIds.get(right)
    const id = this.tokensToIds.get(left + right)
    if (a === undefined || b === undefined || id === undefined) throw new Unusable(problem('tokenizer_merge_token', { merge: `${left} ${right}` }))
    const key = this.pair(a, b)
    // A pair listed twice keeps its last rank, as in a Rust map.
    this.merges.set(key, { rank, id })
    this.crossed ||= /[^▁]▁/.test(left + right)
  }

  private pair(a: number, b: number): number {
    return a * this.tokens.length + b
  }

  private byteSymbols(word: string): number[] {
    const out: number[] = []
    for (const byte of utf8.encode(word)) {
      const id = this.byteChars[byte] ?? this.unkId
      if (id !== null) out.push(id)
    }
    return out
  }

  private charSymbols(word: string): number[] {
    const out: number[] = []
    let afterUnknown = false
    for (const char of word) {
      const id = this.tokensToIds.get(char)
      const known = id !== undefined ? [id] : this.fallback(char)
      if (known) out.push(...known)
      else if (this.unkId !== null && !(afterUnknown && this.config.fuse_unk)) out.push(this.unkId)
      afterUnknown = known === null
    }
    return out
  }

  /** The `<0xNN>` tokens of a character, when the tokenizer has them all. */
  private fallback(char: string): number[] | null {
    if (!this.config.byte_fallback) return null
    const ids = Array.from(utf8.encode(char), (byte) => this.byteTokens[byte])
    return ids.every((id) => id !== undefined) ? ids : null
  }

  private mergeShort(symbols: number[]): number[] {
    for (;;) {
      let best: Merge | undefined
      let at = -1
      for (let i = 0; i + 1 < symbols.length; i++) {
        const merge = this.merges.get(this.pair(symbols[i], symbols[i + 1]))
        if (merge && (!best || merge.rank < best.rank)) {
          best = merge
          at = i
        }
      }
      if (!best) return symbols
      symbols[at] = best.id
      symbols.splice(at + 1, 1)
    }
  }

  /** A linked list of symbols and a heap of mergeable pairs; heap entries that no longer describe their place are skipped. */
  private mergeLong(symbols: number[]): number[] {
    const n = symbols.length
    const next = Int32Array.from({ length: n }, (_, i) => i + 1)
    const previous = Int32Array.from({ length: n }, (_, i) => i - 1)
    const heap = new MinHeap()
    const offer = (i: number) => {
      if (i < 0 || next[i] >= n) return
      const merge = this.merges.get(this.pair(symbols[i], symbols[next[i]]))
      if (merge) heap.push(merge.rank * POSITIONS + i)
    }
    for (let i = 0; i < n - 1; i++) offer(i)
    for (let key = heap.pop(); key !== undefined; key = heap.pop()) {
      const i = key % POSITIONS
      if (symbols[i] < 0 || next[i] >= n) continue
      const j = next[i]
      const merge = this.merges.get(this.pair(symbols[i], symbols[j]))
      if (!merge || merge.rank !== Math.floor(key / POSITIONS)) continue
      symbols[i] = merge.id
      symbols[j] = -1
      next[i] = next[j]
      if (next[i] < n) previous[next[i]] = i
      offer(previous[i])
      offer(i)
    }
    return symbols.filter((id) => id >= 0)
  }
}

function splitMerge(merge: string): [string, string] {
  const space = merge.indexOf(' ')
  if (space < 1) throw new Unusable(problem('tokenizer_merge', { merge }))
  return [merge.slice(0, space), merge.slice(space + 1)]
}

class MinHeap {
  private readonly keys: number[] = []

  push(key: number): void {
    const { keys } = this
    let i = keys.length
    keys.push(key)
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (keys[parent] <= key) break
      keys[i] = keys[parent]
      i = parent
    }
    keys[i] = key
  }

  pop(): number | undefined {
    const { keys } = this
    const top = keys[0]
    const key = keys.pop()
    if (key === undefined || keys.length === 0) return top
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= keys.length) break
      if (child + 1 < keys.length && keys[child + 1] < keys[child]) child++
      if (keys[child] >= key) break
      keys[i] = keys[child]
      i = child
    }
    keys[i] = key
    return top
  }
}
