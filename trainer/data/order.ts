/**
 * The order of the examples in an epoch, a function of (seed, epoch) alone, so that a resumed run needs no random state for it.
 * It is the order that transformers' Trainer takes on one process: accelerate's SeedableRandomSampler, which is torch.randperm with a
 * generator seeded by seed + epoch.
 */

const size = 624
const middle = 397

/** 32-bit Mersenne Twister MT19937 (Matsumoto & Nishimura 1998), the generator behind torch on a CPU. */
export function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(size)
  state[0] = seed >>> 0
  for (let i = 1; i < size; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i
  let next = size
  return () => {
    if (next === size) {
      twist(state)
      next = 0
    }
    return temper(state[next++])
  }
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < size; i++) {
    const y = (state[i] & 0x80000000) | (state[(i + 1) % size] & 0x7fffffff)
    state[i] = state[(i + middle) % size] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
  }
}

function temper(word: number): number {
  word ^= word >>> 11
  word ^= (word << 7) & 0x9d2c5680
  word ^= (word << 15) & 0xefc60000
  return (word ^ (word >>> 18)) >>> 0
}

/** A permutation of 0 … n-1, equal to torch.randperm(n) under torch.Generator().manual_seed(seed). */
export function permutation(n: number, seed: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i)
  const random = mersenneTwister(seed)
  for (let i = 0; i < n - 1; i++) {
    const j = i + (random() % (n - i))
    const held = order[i]
    order[i] = order[j]
    order[j] = held
  }
  return order
}

/** Order of an epoch (counted from 0); as they stand in the file with `disable_shuffling`. */
export function epochOrder(n: number, settings: { seed: number; disable_shuffling: boolean }, epoch: number): Int32Array {
  return settings.disable_shuffling ? Int32Array.from({ length: n }, (_, i) => i) : permutation(n, settings.seed + epoch)
}
