/** Which lines and figures the curves of runs make. Pure: what is drawn of them is `plot`'s. */
import type { Range } from '@/components/run/chart/geometry'
import { curveOver, isEvalLoss, smooth, type Axis, type Curve, type Curves } from '@/lib/curves'
import type { Messages } from '@/lib/messages/en'

/** A run whose curves are drawn. */
export interface ChartSource {
  id: string
  name: string
  /** A colour token's `var(…)`, where several runs lie over each other. */
  colour: string
  curves: Curves
  /** Steps that are planned; 0 = not known. */
  total: number
}

type Words = Messages['ui']['chart']

/** Fields with colours of their own; the others take their turn. */
const colours: Readonly<Record<string, string>> = { lr: 'var(--series-lr)', grad_norm: 'var(--series-norm)', accuracy: 'var(--series-train)', 'rewards/margins': 'var(--series-eval)', reward: 'var(--series-eval)' }
const turns = ['var(--series-norm)', 'var(--series-lr)', 'var(--series-train)', 'var(--series-eval)']

/** These come first, in this order. */
const order = ['reward', 'accuracy', 'rewards/margins', 'rewards/chosen', 'rewards/rejected', 'kl', 'lr', 'grad_norm', 'throughput']

/** What else is logged than losses, in the order in which people look. */
export function otherKeys(sources: readonly ChartSource[]): string[] {
  const keys = new Set(sources.flatMap(({ curves }) => Object.keys(curves.series)))
  const rank = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length)
  return [...keys].filter((key) => key !== 'loss' && !isEvalLoss(key)).sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
}

export const keyName = (key: string, words: Words): string => (Object.hasOwn(words.keys, key) ? words.keys[key as keyof Words['keys']] : key)

const evalKeys = ({ curves }: ChartSource): string[] => Object.keys(curves.series).filter(isEvalLoss)

/** Raw behind smoothed; the raw one alone where nothing is smoothed. */
function pair(id: string, curve: Curve, weight: number, colour: string, [raw, smoothed]: readonly [string, string]): PlotLine[] {
  if (weight === 0) return [{ id, name: raw, colour, curve }]
  return [
    { id, name: raw, colour, curve, faint: true },
    { id: `${id} smoothed`, name: smoothed, colour, curve: smooth(curve, weight) },
  ]
}

/** Lines of the losses: of one run, each in the colour of its meaning; of several, each run in its own. */
export function lossLines(sources: readonly ChartSource[], axis: Axis, weight: number, words: Words): PlotLine[] {
  const alone = sources.length === 1
  return sources.flatMap((source): PlotLine[] => {
    const { id, name, colour, curves } = source
    const named = (text: string) => (alone ? text : `${name}: ${text}`)
    const loss = pair(`${id} loss`, curveOver(curves, 'loss', axis), weight, alone ? 'var(--series-train)' : colour, [named(words.loss), alone ? words.smoothed : name])
    const evals = evalKeys(source).map((key): PlotLine => ({
      id: `${id} ${key}`, name: named(keyName(key, words)), colour: alone ? 'var(--series-eval)' : colour, curve: curveOver(curves, key, axis), dots: true, dashed: !alone,
    }))
    return [...loss, ...evals]
  })
}

/** Lines of another field. A schedule is no measurement: it is never smoothed. */
export function otherLines(sources: readonly ChartSource[], key: string, place: number, axis: Axis, weight: number, words: Words): PlotLine[] {
  const alone = sources.length === 1
  return sources.flatMap(({ id, name, colour, curves }) => {
    const title = alone ? keyName(key, words) : name
    const drawn = alone ? (colours[key] ?? turns[place % turns.length]) : colour
    const curve = curveOver(curves, key, axis)
    return curve.x.length === 0 ? [] : pair(`${id} ${key}`, curve, key === 'lr' ? 0 : weight, drawn, [title, alone ? `${title}, ${words.smoothed}` : name])
  })
}

/** A little beyond a place on a long axis, by less than a pixel: the axis need not be drawn anew for each record. */
function roundedUp(value: number, from: number): number {
  const part = 2 ** Math.floor(Math.log2(Math.max(1, value - from) / 1000))
  return part > 1 ? Math.ceil(value / part) * part : value
}

/** The whole x axis: from the first to the newest record of all, or to the last planned step while few are there. */
export function fullRange(sources: readonly ChartSource[], axis: Axis): Range {
  let [first, newest] = [Infinity, 0]
  for (const { curves } of sources) {
    for (const { [axis]: x } of Object.values(curves.series)) {
      first = Math.min(first, x[0] ?? Infinity)
      newest = Math.max(newest, x.at(-1) ?? 0)
    }
  }
  const planned = axis === 'step' ? Math.max(1, ...sources.map(({ total }) => total)) : 1
  return [Math.min(first, newest), newest > 1 ? roundedUp(newest, first) : planned]
}

export interface PlotLine {
  id: string
  name: string
  /** A colour token's `var(…)`. */
  colour: string
  curve: Curve
  /** Behind its smoothed self. */
  faint?: boolean
  dashed?: boolean
  dots?: boolean
}
