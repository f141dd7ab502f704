'use client'
/** The scores of an evaluation in a row; those of the base model beneath, where it was asked. */
import { useLocale } from '@/components/locale'
import type { Messages } from '@/lib/messages/en'
import { fill } from '@/lib/messages/text'

type Name = keyof Messages['ui']['evaluate']['metrics']

/** Percentages already; the accuracy is a share. */
const shownAs: Readonly<Record<Name, (value: number) => string>> = {
  eval_loss: (value) => value.toFixed(4),
  eval_perplexity: (value) => (value < 1e4 ? value.toFixed(2) : value.toExponential(2)),
  eval_accuracy: (value) => `${(100 * value).toFixed(1)} %`,
  'bleu-4': (value) => value.toFixed(2),
  'rouge-1': (value) => value.toFixed(2),
  'rouge-2': (value) => value.toFixed(2),
  'rouge-l': (value) => value.toFixed(2),
  call_json: (value) => `${value.toFixed(1)} %`,
  call_name: (value) => `${value.toFixed(1)} %`,
  call_arguments: (value) => `${value.toFixed(1)} %`,
  asked_back: (value) => `${value.toFixed(1)} %`,
}
const names = Object.keys(shownAs) as Name[]

const numberIn = (results: Readonly<Record<string, unknown>>, ...keys: string[]): number | null => {
  const found = keys.map((key) => results[key]).find((value) => typeof value === 'number')
  return typeof found === 'number' ? found : null
}

export function Scores({ results }: { results: Readonly<Record<string, unknown>> }) {
  const { t } = useLocale()
  const words = t.ui.evaluate
  const found = names.flatMap((name) => {
    const value = numberIn(results, name, `predict_${name}`, `eval_${name}`)
    return value === null ? [] : [{ name, value, base: numberIn(results, `base_${name}`) }]
  })
  if (found.length === 0) return null
  return (
    <dl aria-label={words.results} className="tabular mt-3 grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-4 2xl:grid-cols-8">
      {found.map(({ name, value, base }) => (
        <div key={name} className="min-w-0" title={words.metrics_help[name]}>
          <dt className="truncate text-2xs text-ink-faint">{words.metrics[name]}</dt>
          <dd className="text-base font-medium">{shownAs[name](value)}</dd>
          {base !== null && <dd className="text-2xs text-ink-faint">{fill(words.base, { value: shownAs[name](base) })}</dd>}
        </div>
      ))}
    </dl>
  )
}
