/** Which settings a file or a command line spells out, and how their numbers look; shared by `yaml.ts` and `command.ts`. */
import { fieldOf, keys, same, type Key } from '@/lib/config/fields'

const alwaysIn = new Set(['model', 'data', 'basics', 'lora', 'output'])

/** The settings that people expect to see even at their defaults: those of the page's main groups that do something here. */
function spelledOut(key: Key): boolean {
  const { group, inert, needs, part_of } = fieldOf(key)
  return group !== undefined && alwaysIn.has(group) && !inert && !part_of && !needs?.['*']
}

/** Keys that are written: what differs from its default, and what is always spelled out; never a null. */
export function writtenKeys(args: Readonly<Record<Key, unknown>>): Key[] {
  return keys.filter((key) => args[key] !== null && (spelledOut(key) || !same(args[key], fieldOf(key).default)))
}

/**
 * A number as PyYAML writes a float or an int: it reads `5.0e-05` as a number, but `5e-5` as a text.
 * @param float write a whole number with `.0`.
 */
export function writeNumber(value: number, float: boolean): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return float ? `${value}.0` : String(value)
  if (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e16) return String(value)
  const [mantissa, exponent] = value.toExponential().split('e')
  const digits = exponent.slice(1).padStart(2, '0')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}e${exponent[0]}${digits}`
}

/** Any value as YAML in flow style, which is JSON but for its numbers. */
export function writeFlow(value: unknown): string {
  if (typeof value === 'number') return writeNumber(value, false)
  if (Array.isArray(value)) return `[${value.map(writeFlow).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${writeFlow(inner)}`).join(', ')}}`
  }
  return JSON.stringify(value)
}
