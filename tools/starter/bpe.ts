/**
 * A byte-level byte-pair-encoding trainer. Text is cut by Qwen2's pattern (words with the space before them, single digits, runs of
 * punctuation), bytes are written in GPT-2's printable alphabet, and the most frequent neighbouring pair is merged until the
 * vocabulary is full. Equal counts are decided by the text of the pair, so the outcome depends on the input alone.
 * Encoding and decoding are the tokenizer library's work, not done here.
 */

/** As in Qwen2's tokenizer.json; for readers with Oniguruma's or Rust's inline flags. */
export const splitPattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

/** The same pattern for Node 20, whose regular expressions have no inline flags. */
const splitter = /'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+/gu

/** GPT-2's table: printable Latin-1 stands for itself, every other byte for a letter from U+0100 on. Index = byte. */
export const byteAlphabet: readonly string[] = (() => {
  let next = 256
  const printable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++))
})()

const letters = (piece: string): string[] => Array.from(Buffer.from(piece, 'utf8'), (byte) => byteAlphabet[byte])

export interface BpeOptions {
  /** Bytes and merges together. */
  size: number
  /** Longest token in bytes. Whole phrases of a small corpus would else become tokens, Chinese ones above all. */
  longest: number
  /** The same for tokens with bytes outside ASCII: 6 = two Chinese characters. */
  longestBeyondAscii: number
  /** Pairs seen less often are not merged. */
  leastCount: number
}

export interface Bpe {
  /** In order of id: the 256 bytes by their letter's code point, then one per merge. */
  tokens: string[]
  merges: [string, string][]
}

interface Piece {
  symbols: string[]
  count: number
}

function countPieces(texts: Iterable<string>): Piece[] {
  const counts = new Map<string, number>()
  for (const text of texts) for (const [piece] of text.normalize('NFC').matchAll(splitter)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
  return [...counts].map(([piece, count]) => ({ symbols: letters(piece), count }))
}

const separator = ' ' // the alphabet has no space, so a pair's key can be cut again
const byteOf = new Map(byteAlphabet.map((letter, byte) => [letter, byte]))
const utf8 = new TextDecoder('utf-8', { fatal: true })

function isWhole(bytes: number[]): boolean {
  try {
    utf8.decode(Uint8Array.from(bytes))
    return true
  } catch {
    return false
  }
}

/** Whole characters may join, and the bytes of one character; never a part of one with its neighbour. */
function joinable(left: number[], right: number[]): boolean {
  const continues = (byte: number): boolean => byte >= 0x80 && byte < 0xc0
  const oneCharacter = left[0] >= 0x80 && [...left.slice(1), ...right].every(continues)
  return oneCharacter || (isWhole(left) && isWhole(right))
}

function allowed(left: string, right: string, options: BpeOptions): boolean {
  const [leftBytes, rightBytes] = [left, right].map((symbol) => Array.from(symbol, (letter) => byteOf.get(letter) ?? 0))
  const ascii = [...leftBytes, ...rightBytes].every((byte) => byte < 0x80)
  return leftBytes.length + rightBytes.length <= (ascii ? options.longest : options.longestBeyondAscii) && joinable(leftBytes, rightBytes)
}

/** Pair counts and where each pair occurs, kept up to date merge by merge. */
class PairIndex {
  readonly counts = new Map<string, number>()
  private readonly places = new Map<string, Set<Piece>>()
  private readonly verdicts = new Map<string, boolean>()

  constructor(private readonly options: BpeOptions) {}

  change(piece: Piece, sign: 1 | -1): void {
    const { symbols, count } = piece
    for (let i = 0; i + 1 < symbols.length; i++) {
      const pair = symbols[i] + separator + symbols[i + 1]
      if (!this.isAllowed(pair, symbols[i], symbols[i + 1])) continue
      this.counts.set(pair, (this.counts.get(pair) ?? 0) + sign * count)
      if (sign === 1) this.placesOf(pair).add(piece)
    }
  }

  private isAllowed(pair: string, left: string, right: string): boolean {
    let verdict = this.verdicts.get(pair)
    if (verdict === undefined) this.verdicts.set(pair, (verdict = allowed(left, right, this.options)))
    return verdict
  }

  placesOf(pair: string): Set<Piece> {
    let set = this.places.get(pair)
    if (!set) this.places.set(pair, (set = new Set()))
    return set
  }

  best(): string | null {
    let best: string | null = null
    let bestCount = this.options.leastCount - 1
    for (const [pair, count] of this.counts) if (count > bestCount || (count === bestCount && best !== null && pair < best)) [best, bestCount] = [pair, count]
    return best
  }
}

function mergeIn(piece: Piece, left: string, right: string): void {
  const out: string[] = []
  for (let i = 0; i < piece.symbols.length; i++) {
    if (piece.symbols[i] === left && piece.symbols[i + 1] === right) out.push(left + piece.symbols[++i])
    else out.push(piece.symbols[i])
  }
  piece.symbols = out
}

/** Train on the texts. Fewer than `size` tokens come out when no pair is left that is frequent enough. */
export function trainBpe(texts: Iterable<string>, options: BpeOptions): Bpe {
  const index = new PairIndex(options)
  for (const piece of countPieces(texts)) index.change(piece, 1)
  const tokens = [...byteAlphabet].sort()
  const known = new Set(tokens)
  const merges: [string, string][] = []
  while (tokens.length < options.size) {
    const pair = index.best()
    if (pair === null) break
    const [left, right] = pair.split(separator)
    for (const piece of index.placesOf(pair)) {
      index.change(piece, -1)
      mergeIn(piece, left, right)
      index.change(piece, 1)
    }
    index.counts.delete(pair)
    merges.push([left, right])
    if (!known.has(left + right)) known.add(left + right) && tokens.push(left + right)
  }
  return { tokens, merges }
}
