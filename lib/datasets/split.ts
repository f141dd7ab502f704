/**
 * Slices of a split, as Hugging Face datasets reads them (`ReadInstruction`): `train[:100]`, `train[10%:20%]`, `train[-50:]`, and several of them joined by `+`. Left out: shares rounded otherwise
 * than to the closest row.
 */

/** Rows from `from` to `to`, negative ones counted from the end; null where nothing is said. */
export interface Slice {
  from: number | null
  to: number | null
  unit: 'rows' | 'percent'
}

const pattern = /^(?<split>\w+(?:[.-]\w+)*)(?:\[(?:(?<from>-?\d[\d_]*)(?<fromPercent>%)?)?:(?:(?<to>-?\d[\d_]*)(?<toPercent>%)?)?\])?$/

/** The split's name and its slices; none means the whole split. Null for a text that names no split, or several. */
export function readSplit(text: string): { split: string; slices: Slice[] } | null {
  if (!/[[+]/.test(text)) return { split: text, slices: [] }
  const parts = text.trim().split(/\s*\+\s*/).map((part) => pattern.exec(part)?.groups)
  const [first] = parts
  if (!first || parts.some((part) => part?.split !== first.split)) return null
  const slices = parts.map((part) => sliceOf(part ?? {}))
  if (slices.some((slice) => slice === null)) return null
  return { split: first.split, slices: slices.flatMap((slice) => slice ?? []) }
}

/** One percent sign is for both sides, as there. Null where a percentage is beyond the whole. */
function sliceOf({ from, to, fromPercent, toPercent }: Record<string, string | undefined>): Slice | null {
  const number = (digits: string | undefined) => (digits === undefined ? null : Number(digits.replaceAll('_', '')))
  const slice = { from: number(from), to: number(to), unit: (fromPercent ?? toPercent) ? 'percent' : 'rows' } as const
  return slice.unit === 'percent' && [slice.from, slice.to].some((share) => share !== null && Math.abs(share) > 100) ? null : slice
}

/** Of `count` rows those that are meant, from 0: the first, and the one after the last. */
export function sliceRange({ from, to, unit }: Slice, count: number): [number, number] {
  const absolute = (value: number | null, otherwise: number) => {
    if (value === null) return otherwise
    const rows = unit === 'percent' ? roundHalfEven((value * count) / 100) : value
    return Math.min(Math.max(rows < 0 ? count + rows : rows, 0), count)
  }
  return [absolute(from, 0), absolute(to, count)]
}

/** As Python rounds. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
