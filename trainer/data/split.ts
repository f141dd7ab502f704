/**
 * Which rows are drawn from a dataset, and which become validation rows: those that LLaMA-Factory takes. It splits with Hugging Face datasets'
 * `train_test_split`, that is, by numpy's default generator, and draws by numpy's older one, the Mersenne Twister of order.ts.
 */
import { UserError } from '@/lib/errors'
import { interval, numpyPermutation, shuffled } from '@/lib/numpy'
import { mersenneTwister } from '@/trainer/data/order'

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
