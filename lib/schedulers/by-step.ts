/**
 * Learning rates that are functions of the step: factors on the base rate after `step` finished updates.
 * Source of every formula: transformers `optimization.py` (`get_*_schedule`).
 */
import { anyNumber, atLeastZero, bothSet, missingSetting, notBelowRate, numberOf, steps, word, wordOf, type Settings, type Specs } from '@/lib/schedulers/settings'

export interface Course {
  /** Base learning rate. */
  rate: number
  /** Warmup, in updates. */
  warmup: number
  /** Updates of the whole run. */
  total: number
}

/** Factor on the base rate after `step` finished updates. */
export type Factor = (step: number) => number

export interface StepScheduler {
  settings: Specs
  factor: (course: Course, settings: Settings) => Factor
}

const rising = (step: number, warmup: number): number => step / Math.max(1, warmup)
const cosine = (cycles: number, progress: number): number => 0.5 * (1 + Math.cos(Math.PI * cycles * 2 * progress))

/** Share of the way from the end of the warmup to the end of the run. */
const travelled = (step: number, { warmup, total }: Course): number => (step - warmup) / Math.max(1, total - warmup)

/** A linear warmup, then `after`. */
const warmed = (course: Course, after: Factor): Factor => (step) => (step < course.warmup ? rising(step, course.warmup) : after(step))

/** The smallest factor, from the one of `min_lr` and `min_lr_rate` that is set. */
function lowest(scheduler: string, course: Course, settings: Settings): number {
  const rate = numberOf(settings, 'min_lr', null)
  const share = numberOf(settings, 'min_lr_rate', null)
  if (rate !== null && share !== null) bothSet('min_lr', 'min_lr_rate')
  if (rate !== null) return rate / course.rate
  return share ?? missingSetting(scheduler, 'min_lr_rate')
}

const lowestSettings = { num_cycles: anyNumber, min_lr: atLeastZero, min_lr_rate: atLeastZero } as const

const linear: StepScheduler = {
  settings: {},
  factor: (course) => warmed(course, (step) => Math.max(0, (course.total - step) / Math.max(1, course.total - course.warmup))),
}

const cosineDecay: StepScheduler = {
  settings: { num_cycles: anyNumber },
  factor: (course, settings) => {
    const cycles = numberOf(settings, 'num_cycles', 0.5)
    return warmed(course, (step) => Math.max(0, cosine(cycles, travelled(step, course))))
  },
}

const cosineWithRestarts: StepScheduler = {
  settings: { num_cycles: anyNumber },
  factor: (course, settings) => {
    const cycles = numberOf(settings, 'num_cycles', 1)
    return warmed(course, (step) => {
      const progress = travelled(step, course)
      return progress >= 1 ? 0 : Math.max(0, 0.5 * (1 + Math.cos(Math.PI * ((cycles * progress) % 1))))
    })
  },
}

const polynomial: StepScheduler = {
  settings: { lr_end: atLeastZero, power: atLeastZero },
  factor: (course, settings) => {
    const end = numberOf(settings, 'lr_end', 1e-7)
    const power = numberOf(settings, 'power', 1)
    if (!(course.rate > end)) notBelowRate('lr_end', end, course.rate)
    return warmed(course, (step) => {
      const decaySteps = course.total - course.warmup
      if (step > course.total || decaySteps <= 0) return end / course.rate
      return ((course.rate - end) * (1 - (step - course.warmup) / decaySteps) ** power + end) / course.rate
    })
  },
}

const inverseSqrt: StepScheduler = {
  settings: { timescale: atLeastZero },
  factor: (course, settings) => {
    const timescale = numberOf(settings, 'timescale', null) ?? (course.warmup || 10_000)
    return warmed(course, (step) => 1 / Math.sqrt((step + timescale - course.warmup) / timescale))
  },
}

const cosineWithMinimum: StepScheduler = {
  settings: lowestSettings,
  factor: (course, settings) => {
    const cycles = numberOf(settings, 'num_cycles', 0.5)
    const least = lowest('cosine_with_min_lr', course, settings)
    return warmed(course, (step) => Math.max(0, cosine(cycles, travelled(step, course)) * (1 - least) + least))
  },
}

/** Unlike the others, counts the update that is being made, so that neither warmup nor decay starts at its lowest value. */
const cosineWarmupWithMinimum: StepScheduler = {
  settings: { ...lowestSettings, warmup_lr_rate: atLeastZero },
  factor: (course, settings) => {
    const { warmup, total } = course
    const cycles = numberOf(settings, 'num_cycles', 0.5)
    const least = lowest('cosine_warmup_with_min_lr', course, settings)
    const first = numberOf(settings, 'warmup_lr_rate', null)
    return (step) => {
      if (step < warmup) return first === null ? (step + 1) / Math.max(1, warmup) : first + ((1 - first) * step) / Math.max(1, warmup - 1)
      const progress = (step - warmup + 1) / Math.max(1, total - warmup)
      return Math.max(0, cosine(cycles, progress) * (1 - least) + least)
    }
  },
}

/** Share of the full rate at `progress` of a warmup; the decay's are in `falling`. */
const shapes: Readonly<Record<string, (progress: number) => number>> = {
  linear: (progress) => progress,
  cosine: (progress) => 0.5 * (1 - Math.cos(Math.PI * progress)),
  '1-sqrt': (progress) => 1 - Math.sqrt(1 - progress),
}

const falling: Readonly<Record<string, (progress: number, cycles: number) => number>> = {
  linear: (progress) => 1 - progress,
  cosine: (progress, cycles) => cosine(cycles, progress),
  '1-sqrt': (progress) => 1 - Math.sqrt(progress),
}

const shape = word('linear', 'cosine', '1-sqrt')

const warmupStableDecay: StepScheduler = {
  settings: {
    num_decay_steps: steps, num_stable_steps: steps, warmup_type: shape, decay_type: shape, min_lr_ratio: atLeastZero, num_cycles: anyNumber,
  },
  factor: (course, settings) => {
    const { warmup, total } = course
    const decay = numberOf(settings, 'num_decay_steps', null) ?? missingSetting('warmup_stable_decay', 'num_decay_steps')
    const stable = numberOf(settings, 'num_stable_steps', null) ?? total - warmup - decay
    const least = numberOf(settings, 'min_lr_ratio', 0)
    const cycles = numberOf(settings, 'num_cycles', 0.5)
    const rise = shapes[wordOf(settings, 'warmup_type', 'linear')]
    const fall = falling[wordOf(settings, 'decay_type', 'cosine')]
    const lifted = (share: number) => Math.max(0, share * (1 - least) + least)
    return (step) => {
      if (step < warmup) return lifted(rise(rising(step, warmup)))
      if (step < warmup + stable) return 1
      if (step < warmup + stable + decay) return lifted(fall((step - warmup - stable) / Math.max(1, decay), cycles))
      return least
    }
  },
}

export const stepSchedulers = {
  linear,
  cosine: cosineDecay,
  cosine_with_restarts: cosineWithRestarts,
  polynomial,
  constant: { settings: {}, factor: () => () => 1 },
  constant_with_warmup: { settings: {}, factor: (course) => warmed(course, () => 1) },
  inverse_sqrt: inverseSqrt,
  cosine_with_min_lr: cosineWithMinimum,
  cosine_warmup_with_min_lr: cosineWarmupWithMinimum,
  warmup_stable_decay: warmupStableDecay,
} as const satisfies Record<string, StepScheduler>
