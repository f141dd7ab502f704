/**
 * Which evaluation of a run is the best: transformers' rules for `metric_for_best_model` and `greater_is_better` (`TrainingArguments.__post_init__`,
 * `Trainer._determine_best_metric`). What follows from it, stopping early and which checkpoint stays, is the loop's.
 */
import { UserError } from '@/lib/errors'

export interface BestSettings {
  metric_for_best_model: string | null
  greater_is_better: boolean | null
}

const nameOf = ({ metric_for_best_model }: BestSettings): string => (metric_for_best_model ?? 'loss').replace(/^eval_/, '')

/**
 * The number that decides: of `eval_<metric>`, or the mean over the sets where each has its own; null where nothing was evaluated.
 * @throws UserError `metric_missing`
 */
export function decisive(metrics: Readonly<Record<string, number>>, settings: BestSettings): number | null {
  const name = nameOf(settings)
  const entries = Object.entries(metrics)
  const found = entries.filter(([key]) => key === `eval_${name}` || (key.startsWith('eval_') && key.endsWith(`_${name}`)))
  if (found.length === 0 && entries.length > 0) {
    const options = entries.map(([key]) => key).filter((key) => !/_(runtime|per_second)$/.test(key))
    throw new UserError('metric_missing', { value: name, options: options.join(', ') }, 'metric_for_best_model')
  }
  return found.length === 0 ? null : found.reduce((sum, [, value]) => sum + value, 0) / found.length
}

/** A metric whose name ends in "loss" is better the smaller it is, every other the greater, unless it is said. */
export function isBetter(value: number, best: number, settings: BestSettings): boolean {
  const greater = settings.greater_is_better ?? !nameOf(settings).endsWith('loss')
  return greater ? value > best : value < best
}
