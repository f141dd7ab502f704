/**
 * Rows that repeat earlier ones: word for word, by a hash of the text; and nearly, by MinHash: of all pieces of five characters the smallest hashes are
 * kept, and the share of equal ones among two rows estimates how many of their pieces they share. Memory is a few bytes a row, and bounded.
 */

/** Rows share at least this much of their pieces to be called near duplicates. */
export const NEAR_SHARE = 0.8
/** Rows that are compared for nearness; of a larger dataset the first ones. */
export const NEAR_ROWS = 200_000
/** Shorter texts have too few pieces to tell. */
const SHORT = 40
const PIECE = 5
/** Smallest hashes kept of a text, one of each part of the range of hashes. */
export const BINS = 32
/** Rows are compared when all hashes of one band agree: with four of eight bands, 98 % of the pairs that share 80 %. */
const BAND = 4
const BANDS = BINS / BAND
/** Places looked at, from a hash's own on. */
const PROBES = 8
const EMPTY = 0xffffffff

/** 53 bits of a text: two 32-bit hashes, mixed (cyrb53, bryc, public domain). */
export function hash53(text: string): number {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 2654435761)
    b = Math.imul(b ^ code, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return 4294967296 * (2097151 & b) + (a >>> 0)
}

/** Numbers by their first row. Many small tables, because a large one would hold up everything else while it grows. */
export class FirstRows {
  private readonly tables = Array.from({ length: 256 }, () => new FirstRowsTable())

  /** The row that had this key first; null, and the row is noted, when none had. */
  note(key: number, row: number): number | null {
    return this.tables[key % 256].note(Math.floor(key / 256), row)
  }
}

/** An open table of typed arrays that grows by doubling. */
class FirstRowsTable {
  private keys = new Float64Array(64).fill(-1)
  private rows = new Int32Array(64)
  private size = 0

  note(key: number, row: number): number | null {
    if (this.size * 2 > this.keys.length) this.grow()
    const at = this.placeOf(key)
    if (this.keys[at] === key) return this.rows[at]
    this.keys[at] = key
    this.rows[at] = row
    this.size++
    return null
  }

  private placeOf(key: number): number {
    let at = key % this.keys.length
    while (this.keys[at] !== -1 && this.keys[at] !== key) at = (at + 1) % this.keys.length
    return at
  }

  private grow(): void {
    const [keys, rows] = [this.keys, this.rows]
    this.keys = new Float64Array(keys.length * 2).fill(-1)
    this.rows = new Int32Array(keys.length * 2)
    keys.forEach((key, i) => {
      if (key === -1) return
      const at = this.placeOf(key)
      this.keys[at] = key
      this.rows[at] = rows[i]
    })
  }
}

/** Avalanche of a 32-bit number (murmur3's). */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** The smallest hash of every bin (one permutation, Li 2012); an empty bin takes its next full neighbour's (Shrivastava 2014). Null for a short text. */
export function sketchOf(text: string): Uint32Array | null {
  const plain = text.toLowerCase().replace(/\s+/g, ' ').trim()
  if (plain.length < SHORT) return null
  const bins = new Uint32Array(BINS).fill(EMPTY)
  for (let i = 0; i + PIECE <= plain.length; i++) {
    let h = 0
    for (let j = 0; j < PIECE; j++) h = Math.imul(h, 31) + plain.charCodeAt(i + j)
    const hash = mix(h)
    const bin = hash >>> 27
    if (hash < bins[bin]) bins[bin] = hash
  }
  return bins.map((hash, i) => {
    let step = 0
    while (bins[(i + step) % BINS] === EMPTY) step++
    return step === 0 ? hash : mix(bins[(i + step) % BINS] + Math.imul(step, 0x9e3779b9))
  })
}

export class NearRows {
  private readonly mask: number
  private readonly tables: Int32Array[]
  private readonly sketches: Uint32Array
  private readonly rows: Int32Array
  private size = 0
  readonly most: number

  constructor(total: number) {
    this.most = Math.min(total, NEAR_ROWS)
    const places = 2 ** Math.ceil(Math.log2(Math.max(this.most * 2, 16)))
    this.mask = places - 1
    this.tables = Array.from({ length: BANDS }, () => new Int32Array(places))
    this.sketches = new Uint32Array(this.most * BINS)
    this.rows = new Int32Array(this.most)
  }

  /** An earlier row that this text nearly repeats; null, and the row is noted, when there is none. */
  note(text: string, row: number): number | null {
    const sketch = this.full ? null : sketchOf(text)
    return sketch && this.noteSketch(sketch, row)
  }

  /** Whether no more rows are noted. */
  get full(): boolean {
    return this.size >= this.most
  }

  noteSketch(sketch: Uint32Array, row: number): number | null {
    if (this.full) return null
    const free: { table: Int32Array; at: number }[] = []
    for (const [band, table] of this.tables.entries()) {
      let at = sketch.subarray(band * BAND, (band + 1) * BAND).reduce((h, hash) => mix(h ^ hash), band) & this.mask
      for (let probe = 0; probe < PROBES && table[at] !== 0; probe++, at = (at + 1) & this.mask) {
        if (this.alike(sketch, table[at] - 1)) return this.rows[table[at] - 1]
      }
      if (table[at] === 0) free.push({ table, at })
    }
    this.sketches.set(sketch, this.size * BINS)
    this.rows[this.size++] = row
    for (const { table, at } of free) table[at] = this.size
    return null
  }

  private alike(sketch: Uint32Array, other: number): boolean {
    let equal = 0
    for (let i = 0; i < BINS; i++) if (sketch[i] === this.sketches[other * BINS + i]) equal++
    return equal >= NEAR_SHARE * BINS
  }
}
