/**
 * The random numbers of numpy that decide which rows a training sees: SeedSequence and PCG64 (O'Neill 2014), `permutation`, `choice` with
 * probabilities, and the draws of a shuffle buffer. For seeds below 2^64. Left out: everything else of numpy.
 */

const MASK64 = (1n << 64n) - 1n
const MASK128 = (1n << 128n) - 1n
const PCG_MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n

/** A seed of numpy's generators, below 2^64. */
export type Seed = number | bigint

/** numpy.random.SeedSequence(seed).generate_state(words), 32-bit words. */
function seedWords(seed: Seed, words: number): Uint32Array {
  const entropy = [Number(BigInt(seed) & 0xffffffffn), Number(BigInt(seed) >> 32n), 0, 0]
  let constant = 0x43b0d7e5
  const hash = (value: number): number => {
    value ^= constant
    constant = Math.imul(constant, 0x931e8875)
    value = Math.imul(value, constant)
    return (value ^ (value >>> 16)) >>> 0
  }
  const pool = entropy.map(hash)
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

/** 64-bit numbers of numpy's PCG64. */
function pcg64(seed: Seed): () => bigint {
  const words = seedWords(seed, 8)
  const long = (i: number) => (BigInt(words[2 * i + 1]) << 32n) | BigInt(words[2 * i])
  const increment = ((((long(2) << 64n) | long(3)) << 1n) | 1n) & MASK128
  let state = increment
  const step = () => {
    state = (state * PCG_MULTIPLIER + increment) & MASK128
  }
  state = (state + ((long(0) << 64n) | long(1))) & MASK128
  step()
  return () => {
    step()
    const folded = (state >> 64n) ^ (state & MASK64)
    const turn = state >> 122n
    return ((folded >> turn) | (folded << (64n - turn))) & MASK64
  }
}

/** Its 32-bit numbers: each 64-bit one gives its low half, then its high one. */
function halves(next: () => bigint): () => number {
  let held: number | null = null
  return () => {
    if (held !== null) {
      const high = held
      held = null
      return high
    }
    const value = next()
    held = Number(value >> 32n)
    return Number(value & 0xffffffffn)
  }
}

/** A number from 0 to `most`, both included: the lowest bits that can hold it, drawn again while they say more. */
export function interval(next: () => number, most: number): number {
  const mask = 2 ** (32 - Math.clz32(most)) - 1
  for (;;) {
    const value = (next() & mask) >>> 0
    if (value <= most) return value
  }
}

/** numpy's shuffle of 0 … n-1. */
export function shuffled(n: number, next: () => number): Int32Array {
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
  return shuffled(n, halves(pcg64(seed)))
}

/** The numbers that numpy.random.default_rng(seed).choice(n, size, p=shares) gives, one by one without an end. */
export function* numpyChoices(shares: readonly number[], seed: Seed): Generator<number, never> {
  const next = pcg64(seed)
  const sums = shares.reduce<number[]>((all, share) => [...all, (all.at(-1) ?? 0) + share], [])
  const edges = sums.map((sum) => sum / sums[sums.length - 1])
  for (;;) {
    const drawn = Number(next() >> 11n) / 2 ** 53
    yield edges.findIndex((edge) => edge > drawn)
  }
}

/** The seed that datasets' IterableDataset takes for its pass `pass` over the rows, from 0 (`_effective_generator`). */
export function passSeed(seed: number, pass: number): Seed {
  if (pass === 0) return seed
  const shifted = (pcg64(seed)() >> 1n) - BigInt(pass) // rng.integers(0, 1 << 63) - epoch
  return shifted < 0n ? shifted + (1n << 63n) : shifted
}

/** Draws of one generator: places in a full buffer, a thousand at a time as datasets asks for them, and the order of what is left in the end. */
export function bufferDraws(seed: Seed, size: number): { place(): number; order(left: number): Int32Array } {
  const next = halves(pcg64(seed))
  let drawn: number[] = []
  return {
    place() {
      if (drawn.length === 0) drawn = Array.from({ length: 1000 }, () => below(next, size)).reverse()
      return drawn.pop() ?? 0
    },
    order: (left) => shuffled(left, next),
  }
}

/** A number from 0 to n-1 (Lemire 2019), as `Generator.integers` draws it. The product of 32 bits and n is taken in two parts, each exact. */
function below(next: () => number, n: number): number {
  if (n === 1) return 0
  const threshold = 2 ** 32 % n
  for (;;) {
    const value = next()
    const high = Math.floor(value / 65536) * n
    const low = (high % 65536) * 65536 + (value % 65536) * n
    if (low % 2 ** 32 >= threshold) return Math.floor(high / 65536) + Math.floor(low / 2 ** 32)
  }
}
