/**
 * The few habits of Python that prompts depend on: how values turn into text in a format string, what counts as empty, what white space is.
 */
import { dumpJson, PyNumber, type PyValue } from '@/lib/pyjson'

const SPACE = '[\\s\\x1c-\\x1f\\x85]'
const OUTER_SPACE = new RegExp(`^${SPACE}+|${SPACE}+$`, 'g')

/** `str.strip()`. */
export function strip(text: string): string {
  return text.replace(OUTER_SPACE, '')
}

/** `str(value)`: a text is itself, everything else its `repr`. */
export function pyStr(value: PyValue): string {
  return typeof value === 'string' ? value : pyRepr(value)
}

function pyRepr(value: PyValue): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value instanceof PyNumber) return dumpJson(value).replace('NaN', 'nan').replace('Infinity', 'inf')
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(pyRepr).join(', ')}]`
  return `{${[...value].map(([key, item]) => `${quoted(key)}: ${pyRepr(item)}`).join(', ')}}`
}

function quoted(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
  return mark + escaped.replaceAll(mark, `\\${mark}`) + mark
}

/** What `if value` asks; an absent value is false. */
export function truthy(value: PyValue | undefined): boolean {
  if (value === undefined || value === null) return false
  if (value instanceof PyNumber) return value.value !== 0
  if (typeof value === 'string' || Array.isArray(value)) return value.length > 0
  return value instanceof Map ? value.size > 0 : value
}
