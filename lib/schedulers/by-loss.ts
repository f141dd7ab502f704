/**
 * Learning rates that follow the evaluation loss. Each is a pure pair {initial, observe}: the state is a flat record of numbers (for
 * checkpoints), `state.rate` is the learning rate, and every evaluation gives the next state. The warmup settings do not apply to them.
 */
import { atLeastZero, count, flag, numberOf, steps, word, wordOf, type Settings, type Specs } from '@/lib/schedulers/settings'

/** Flat numbers; `rate` is the learning rate of the next update. `best` is absent until a first loss has been seen. */
export type LossState = Readonly<Record<string, number>>

export interface LossScheduler {
  settings: Specs
  initial: (rate: number, settings: Settings) => LossState
  /** The state after an evaluation with this loss. */
  observe: (state: LossState, loss: number, settings: Settings) => LossState
}

interface Comparison {
  mode: string
  threshold: number
  relative: boolean
}

/** Whether `loss` is better than the best so far by more than the threshold. */
function better(loss: number, best: number | undefined, { mode, threshold, relative }: Comparison): boolean {
  if (best === undefined) return Number.isFinite(loss)
  if (mode === 'min') return loss < (relative ? best * (1 - threshold) : best - threshold)
  return loss > (relative ? best * (1 + threshold) : best + threshold)
}

const common = {
  mode: word('min', 'max'), factor: { kind: 'number', minimum: 0 }, patience: steps, threshold: atLeastZero, threshold_mode: word('rel', 'abs'),
  cooldown: steps, min_lr: atLeastZero, eps: atLeastZero,
} as const

/** The rate times `factor` but not below `least`; changes of at most `eps` are not made. */
function reduced(rate: number, factor: number, least: number, eps: number): number {
  const next = Math.max(rate * factor, least)
  return rate - next > eps ? next : rate
}

/** PyTorch's `ReduceLROnPlateau`: multiplied by `factor` after more than `patience` evaluations without a better loss. */
const reduceOnPlateau: LossScheduler = {
  settings: common,
  initial: (rate) => ({ rate, bad: 0, cooling: 0 }),
  observe: (state, loss, settings) => {
    const comparison = { mode: wordOf(settings, 'mode', 'min'), threshold: numberOf(settings, 'threshold', 1e-4), relative: wordOf(settings, 'threshold_mode', 'rel') === 'rel' }
    const improved = better(loss, state.best, comparison)
    const seen: LossState = improved ? { ...state, best: loss, bad: 0 } : { ...state, bad: state.bad + 1 }
    const next: LossState = seen.cooling > 0 ? { ...seen, cooling: seen.cooling - 1, bad: 0 } : seen
    if (next.bad <= numberOf(settings, 'patience', 10)) return next
    const rate = reduced(next.rate, numberOf(settings, 'factor', 0.1), numberOf(settings, 'min_lr', 0), numberOf(settings, 'eps', 1e-8))
    return { ...next, rate, cooling: numberOf(settings, 'cooldown', 0), bad: 0 }
  },
}

const seenKey = (index: number): string => `seen_${index}`

/** The mean of the last `size` losses, kept in the state as `seen_0…`, `seen` and their running sum (transformers' `StreamingAverage`). */
function smoothed(state: LossState, loss: number, size: number): { loss: number; state: LossState } {
  const known = Array.from({ length: state.seen ?? 0 }, (_, index) => state[seenKey(index)])
  const window = [...known, loss]
  let sum = (state.sum ?? 0) + loss
  if (window.length > size) sum -= window.shift() as number
  const kept = Object.fromEntries(window.map((value, index) => [seenKey(index), value]))
  return { loss: sum / window.length, state: { ...state, ...kept, seen: window.length, sum } }
}

const greedyFactor = (settings: Settings): number => numberOf(settings, 'factor', 0.95)
const greedyLeast = (settings: Settings): number => numberOf(settings, 'min_lr', 1e-3)

/** Down by the factor; after `reset_start` reductions at the lowest rate, all is forgotten and the first rate returns. */
function greedyDown(state: LossState, settings: Settings): LossState {
  const rate = reduced(state.rate, greedyFactor(settings), greedyLeast(settings), numberOf(settings, 'eps', 1e-8))
  const next = { ...state, rate, cooling: numberOf(settings, 'cooldown', 0), bad: 0 }
  if (rate > greedyLeast(settings)) return next
  const left = state.reset - 1
  return left > 0 ? { ...next, reset: left } : { ...greedy.initial(state.first, settings), cooling: next.cooling }
}

/** Up by the factor, to `max_lr` at most. */
function greedyUp(state: LossState, settings: Settings): LossState {
  const higher = Math.min(state.rate / greedyFactor(settings), numberOf(settings, 'max_lr', 1))
  const rate = higher - state.rate > numberOf(settings, 'eps', 1e-8) ? higher : state.rate
  return { ...state, rate, reset: numberOf(settings, 'reset_start', 500), warming: numberOf(settings, 'warmup', 0), good: 0 }
}

/** transformers' `GreedyLR` (arXiv 2512.14527): faster while the loss keeps falling, slower when it does not. */
const greedy: LossScheduler = {
  settings: { ...common, warmup: steps, max_lr: atLeastZero, smooth: flag, window_size: count, reset_start: count, verbose: flag },
  initial: (rate, settings) => ({ rate, first: rate, bad: 0, good: 0, cooling: 0, warming: 0, reset: numberOf(settings, 'reset_start', 500) }),
  observe: (before, found, settings) => {
    const { loss, state } = settings.smooth === true ? smoothed(before, found, numberOf(settings, 'window_size', 50)) : { loss: found, state: before }
    if (state.cooling > 0) return { ...state, cooling: state.cooling - 1, bad: 0, good: 0 }
    if (state.warming > 0) return { ...state, warming: state.warming - 1, bad: 0, good: 0 }
    const comparison = { mode: wordOf(settings, 'mode', 'min'), threshold: numberOf(settings, 'threshold', 1e-6), relative: wordOf(settings, 'threshold_mode', 'abs') === 'rel' }
    const improved = better(loss, state.best, comparison)
    const next: LossState = improved ? { ...state, best: loss, bad: 0, good: state.good + 1 } : { ...state, bad: state.bad + 1, good: 0 }
    const patience = numberOf(settings, 'patience', 10)
    if (next.good > patience) return greedyUp(next, settings)
    return next.bad > patience ? greedyDown(next, settings) : next
  },
}

export const lossSchedulers = { reduce_lr_on_plateau: reduceOnPlateau, greedy } as const satisfies Record<string, LossScheduler>

