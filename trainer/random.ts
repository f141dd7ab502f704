/**
 * Stateless random numbers: Philox 4x32 with 10 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). A number is a
 * function of (seed, stream, place), so nothing needs to be saved for a run to continue exactly.
 */

const M0 = 0xd2511f53
const M1 = 0xcd9e8d57
const W0 = 0x9e3779b9
const W1 = 0xbb67ae85

/** Upper 32 bits of a 32 × 32 bit product. */
function mulHigh(a: number, b: number): number {
  const [aHigh, aLow, bHigh, bLow] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff]
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const carry = aLow * bHigh + (middle & 0xffff)
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0
}

/** One block: four 32-bit words from a counter of four words and a key of two. */
export function philox(counter: readonly [number, number, number, number], key: readonly [number, number]): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < 10; round++) {
    const [high0, low0, high1, low1] = [mulHigh(M0, c0), Math.imul(M0, c0), mulHigh(M1, c2), Math.imul(M1, c2)]
    ;[c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1 >>> 0, (high0 ^ c3 ^ k1) >>> 0, low0 >>> 0]
    k0 = (k0 + W0) >>> 0
    k1 = (k1 + W1) >>> 0
  }
  return [c0, c1, c2, c3]
}

/** A name as a stream number (FNV-1a). */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

/** `count` numbers in [0, 1), with 24 bits each, from the `from`th place of the stream (a multiple of 4). */
export function uniforms(seed: number, stream: number, count: number, from = 0): Float32Array {
  const values = new Float32Array(Math.ceil(count / 4) * 4)
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const
  for (let i = 0; i < values.length; i += 4) {
    philox([(from + i) / 4, 0, stream, 0], key).forEach((word, j) => {
      values[i + j] = (word >>> 8) / 2 ** 24
    })
  }
  return values.subarray(0, count)
}

/** Standard normal numbers by Box and Muller's method. */
export function normals(seed: number, stream: number, count: number): Float32Array {
  const pairs = uniforms(seed, stream, Math.ceil(count / 2) * 2)
  const values = new Float32Array(pairs.length)
  for (let i = 0; i < pairs.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - pairs[i]))
    values[i] = radius * Math.cos(2 * Math.PI * pairs[i + 1])
    values[i + 1] = radius * Math.sin(2 * Math.PI * pairs[i + 1])
  }
  return values.subarray(0, count)
}

/** A sequence of numbers in [0, 1) with 53 bits, for sampling. */
export function sequence(seed: number, stream: number): () => number {
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const
  let place = 0
  return () => {
    const [a, b] = philox([place >>> 0, Math.floor(place++ / 2 ** 32), stream, 1], key)
    return ((a >>> 5) * 2 ** 26 + (b >>> 6)) / 2 ** 53
  }
}
