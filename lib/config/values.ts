/**
 * Spellings of a value as YAML 1.1 (PyYAML), YAML 1.2, JSON and the command line give them, turned into plain values. What cannot be
 * turned stays as it is, so that the schema names it in its fault.
 */

/** Digits may stand in groups, as Python and YAML 1.1 have it: `1_000`. */
const decimal = /^[-+]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[-+]?\d+)?$/i

/** A number, also from the text that YAML 1.1 makes of `5e-5`. */
export function readNumber(raw: unknown): unknown {
  if (typeof raw !== 'string') return raw
  const trimmed = raw.trim()
  return decimal.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : raw
}

/** A number, also as a product of whole ones. */
export function readProduct(raw: unknown): unknown {
  const isProduct = typeof raw === 'string' && /^\s*\d+(\s*\*\s*\d+)+\s*$/.test(raw)
  return isProduct ? raw.split('*').reduce((product, factor) => product * Number(factor), 1) : readNumber(raw)
}

const truth: Readonly<Record<string, boolean>> = { true: true, yes: true, on: true, false: false, no: false, off: false }

/** A boolean, also from YAML 1.1's words. */
export function readBoolean(raw: unknown): unknown {
  if (typeof raw !== 'string') return raw
  return truth[raw.trim().toLowerCase()] ?? raw
}

/** A text; numbers count as their digits (`dataset: 2024`), and YAML 1.1's `no` as the word that `eval_strategy` means. */
export function readText(raw: unknown): unknown {
  if (typeof raw === 'number') return String(raw)
  if (raw === false) return 'no'
  return typeof raw === 'string' ? raw.trim() : raw
}

/** Names from a list or a text with commas; none of them is null. */
export function readNames(raw: unknown): unknown {
  const list: unknown = typeof raw === 'string' || typeof raw === 'number' ? String(raw).split(',') : raw
  if (!Array.isArray(list)) return raw
  const found = list.map((name: unknown) => (typeof name === 'string' ? name.trim() : typeof name === 'number' ? String(name) : name)).filter((name) => name !== '')
  return found.length === 0 ? null : found
}

/** A mapping, also from JSON text. */
export function readObject(raw: unknown): unknown {
  if (raw === '') return null
  if (typeof raw !== 'string') return raw
  try {
    return JSON.parse(raw) as unknown
  } catch {
    return raw // not JSON: the schema says so, with the text as it was found
  }
}
