/**
 * Added tokens: whole strings that a tokenizer cuts out of a text before anything else sees it. The rules (leftmost longest match,
 * single_word, lstrip, rstrip) are those of Hugging Face's tokenizers, `added_vocabulary.rs`; @huggingface/tokenizers 0.2 lacks
 * single_word and trims neighbours instead of giving their white space to the token.
 */

export interface AddedToken {
  readonly id: number
  readonly content: string
  readonly single_word: boolean
  readonly lstrip: boolean
  readonly rstrip: boolean
  /** Searched in the normalised text instead of the raw one. */
  readonly normalized: boolean
  readonly special: boolean
}

/** A stretch of text, or an added token that stood in its place. */
export type Piece = string | AddedToken

const WORD_END = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u
const WORD_START = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u
const SPACE_END = /\p{White_Space}*$/u
const SPACE_START = /^\p{White_Space}*/u

/** Finds the added tokens of one kind in texts. `pattern` is what a token looks like in the text it is searched in. */
export class AddedSplitter {
  private readonly byFirst = new Map<string, { pattern: string; token: AddedToken }[]>()
  private readonly first: RegExp | null

  constructor(tokens: readonly AddedToken[], pattern: (token: AddedToken) => string) {
    for (const token of tokens) {
      const text = pattern(token)
      if (text === '') continue
      const group = this.byFirst.get(text[0])
      if (group) group.push({ pattern: text, token })
      else this.byFirst.set(text[0], [{ pattern: text, token }])
    }
    for (const group of this.byFirst.values()) group.sort((a, b) => b.pattern.length - a.pattern.length)
    const chars = [...this.byFirst.keys()].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    this.first = chars.length > 0 ? new RegExp(`[${chars.join('')}]`, 'g') : null
  }

  split(text: string): Piece[] {
    if (!this.first) return [text]
    const pieces: Piece[] = []
    let done = 0
    let at = 0
    for (;;) {
      this.first.lastIndex = at
      const hit = this.first.exec(text)
      if (!hit) break
      const found = this.byFirst.get(hit[0])?.find(({ pattern }) => text.startsWith(pattern, hit.index))
      if (!found) {
        at = hit.index + 1
        continue
      }
      at = hit.index + found.pattern.length
      const span = accept(text, found.token, hit.index, at)
      if (!span) continue
      const start = Math.max(span.start, done)
      if (start > done) pieces.push(text.slice(done, start))
      pieces.push(found.token)
      done = span.stop
      at = Math.max(at, done)
    }
    if (done < text.length) pieces.push(text.slice(done))
    return pieces
  }
}

/** The text that a match takes, with the white space that its flags claim; null when it must stand alone and does not. */
function accept(text: string, token: AddedToken, start: number, stop: number): { start: number; stop: number } | null {
  const before = token.single_word || token.lstrip ? text.slice(0, start) : ''
  const after = token.single_word || token.rstrip ? text.slice(stop) : ''
  if (token.single_word && (WORD_END.test(before) || WORD_START.test(after))) return null
  const left = token.lstrip ? (SPACE_END.exec(before)?.[0].length ?? 0) : 0
  const right = token.rstrip ? (SPACE_START.exec(after)?.[0].length ?? 0) : 0
  return { start: start - left, stop: stop + right }
}
