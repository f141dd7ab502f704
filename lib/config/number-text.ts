/** Numbers as people read and type them. */
import type { Range } from '@/lib/config/field'

/** How a number stands in a field: as people of the trade write it (`5e-5`, not `0.00005`). */
export function numberText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'number' || value === 0 || Math.abs(value) >= 1e-3) return String(value)
  return value.toExponential().replace('e-0', 'e-')
}

/** What a number may be; empty where it may be any. */
export function rangeText({ minimum, maximum, above, below }: Range): string {
  const low = above === undefined ? minimum === undefined ? null : `≥ ${numberText(minimum)}` : `> ${numberText(above)}`
  const high = below === undefined ? maximum === undefined ? null : `≤ ${numberText(maximum)}` : `< ${numberText(below)}`
  return [low, high].filter((bound) => bound !== null).join(', ')
}

/** The text after one press of an arrow key; null where the text is not a number that can step. */
export function stepped(text: string, step: number, direction: 1 | -1, { minimum, maximum }: { minimum?: number; maximum?: number }): string | null {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) return null
  const decimals = Math.max(0, -Math.floor(Math.log10(step)))
  const next = Number((value + direction * step).toFixed(decimals))
  return String(Math.min(maximum ?? Infinity, Math.max(minimum ?? -Infinity, next)))
}
