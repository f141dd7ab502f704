/**
 * Which rows are drawn from a dataset, and which become validation rows: those that LLaMA-Factory takes. It splits with Hugging Face datasets'
 * `train_test_split`, that is, by numpy's default generator, and draws by numpy's older one. So both are here: SeedSequence and PCG64 (O'Neill 2014),
 * and the Mersenne Twister of order.ts, with numpy's shuffle.
 */
import { UserError } from '@/lib/errors'
import { mersenneTwister } from '@/trainer/order'

const MASK64 = (1n << 64n) - 1n
const MASK128 = (1n << 128n) - 1n
const PCG_MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n

/** numpy.random.SeedSequence(seed).generate_state(words), 32-bit words; for seeds below 2^32. */
function seedWords(seed: number, words: number): Uint32Array {
  let constant = 0x43b0d7e5
  const hash = (value: number): number => {
    value ^= constant
    constant = Math.imul(constant, 0x931e8875)
    value = Math.imul(value, constant)
    return (value ^ (value >>> 16)) >>> 0
  }
  const pool = Array.from({ length: 4 }, (_, i) => hash(i === 0 ? seed : 0))
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from === to) continue
      const mixed = Math.imul(pool[to], 0xca01f9dd) - Math.imul(hash(pool[from]), 0x4973f715)
      pool[to] = ((mixed | 0) ^ ((mixed | 0) >>> 16)) >>> 0
    }
  }
  constant = 0x8b51f9dd
  return Uint32Array.from({ length: words }, (_, i) => {
    let value = pool[i % 4] ^ constant
    constant = Math.imul(constant, 0x58f38ded)
    value = Math.imul(value, constant)
    return value ^ (value >>> 16)
  })
}

/** 32-bit numbers of numpy's PCG64: each 64-bit output gives its low half, then its high one. */
function pcg64(seed: number): () => number {
  const words = seedWords(seed, 8)
  const long = (i: number) => (BigInt(words[2 * i + 1]) << 32n) | BigInt(words[2 * i])
  const increment = ((((long(2) << 64n) | long(3)) << 1n) | 1n) & MASK128
  let state = increment
  const step = () => {
    state = (state * PCG_MULTIPLIER + increment) & MASK128
  }
  state = (state + ((long(0) << 64n) | long(1))) & MASK128
  step()
  let held: number | null = null
  return () => {
    if (held !== null) {
      const high = held
      held = null
      return high
    }
    step()
    const folded = (state >> 64n) ^ (state & MASK64)
    const turn = state >> 122n
    const value = ((folded >> turn) | (folded << (64n - turn))) & MASK64
    held = Number(value >> 32n)
    return Number(value & 0xffffffffn)
  }
}

/** A number from 0 to `most`, both included: the lowest bits that can hold it, drawn again while they say more. */
function interval(next: () => number, most: number): number {
  const mask = 2 ** (32 - Math.clz32(most)) - 1
  for (;;) {
    const value = (next() & mask) >>> 0
    if (value <= most) return value
  }
}

/** numpy's shuffle of 0 … n-1. */
function shuffled(n: number, next: () => number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = interval(next, i)
    const held = order[i]
    order[i] = order[j]
    order[j] = held
  }
  return order
}

/** numpy.random.default_rng(seed).permutation(n). */
export function numpyPermutation(n: number, seed: number): Int32Array {
  return shuffled(n, pcg64(seed))
}

/** Draws rows of one dataset after another, from the generator that numpy.random.seed(seed) leaves. */
export function rowDrawer(seed: number): <T>(rows: readonly T[], count: number) => T[] {
  const next = mersenneTwister(seed)
  return (rows, count) => {
    const drawn = Array.from(shuffled(rows.length, next).subarray(0, count), (i) => rows[i])
    // Every row once before any comes again; the further ones with replacement.
    while (drawn.length < count) drawn.push(rows[interval(next, rows.length - 1)])
    return drawn
  }
}

/**
 * Training and validation rows. `val_size`: none, a share of the rows (rounded up), or from 1 on their number. UserError val_size_too_large when nothing
 * is left to train on.
 */
export function splitRows<T>(rows: readonly T[], val_size: number, seed: number): { train: readonly T[]; validation: T[] } {
  if (val_size <= 1e-6) return { train: rows, validation: [] }
  const count = val_size > 1 ? Math.trunc(val_size) : Math.ceil(val_size * rows.length)
  if (count >= rows.length) throw new UserError('val_size_too_large', { val_size, count, rows: rows.length }, 'val_size')
  const order = Array.from(numpyPermutation(rows.length, seed), (i) => rows[i])
  return { train: order.slice(count), validation: order.slice(0, count) }
}
