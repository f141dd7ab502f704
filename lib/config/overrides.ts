/**
 * Settings on the command line, as `llamafactory-cli` takes them: `key=value` after a file (OmegaConf), or `--key value` without one
 * (transformers' HfArgumentParser). Values stay as YAML reads them; the schema turns them into their types.
 */
import { parse } from 'yaml'
import type { Fault } from '@/lib/errors'
import { fieldOf, isKey } from '@/lib/config/fields'
import { pyYaml } from '@/lib/config/pyyaml'
import type { Read } from '@/lib/config/yaml'

/** A value as YAML reads it; what is not YAML (`a: b: c`, an opening bracket) is taken as the text that it is. */
function valueOf(text: string): unknown {
  try {
    return parse(text, pyYaml) as unknown
  } catch {
    return text
  }
}

/** A value for `key`: a text stays as it was typed (`run_name=007`), anything else is read as YAML. */
function read(key: string, text: string): unknown {
  const textual = isKey(key) && ['text', 'text_or_true', 'choice'].includes(fieldOf(key).kind)
  if (text === '') return null
  return textual && text !== 'null' ? text : valueOf(text)
}

/** `key=value` arguments; the last one of a key wins. An empty value is null. */
export function parseOverrides(list: readonly string[]): Read {
  const faults: Fault[] = []
  const values: Record<string, unknown> = {}
  for (const argument of list) {
    const at = argument.indexOf('=')
    if (at <= 0 || argument.startsWith('-')) faults.push({ code: 'override_invalid', values: { argument } })
    else values[argument.slice(0, at)] = read(argument.slice(0, at), argument.slice(at + 1))
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, values }
}

const isFlag = (argument: string): boolean => argument.startsWith('--')

/** `--key value`, `--key=value`, `--key a b` (names), `--flag` and `--no_flag` (booleans). */
export function parseFlags(list: readonly string[]): Read {
  const values: Record<string, unknown> = {}
  for (let i = 0; i < list.length; ) {
    const argument = list[i++]
    if (!isFlag(argument)) return { ok: false, faults: [{ code: 'override_invalid', values: { argument } }] }
    const [flag, ...joined] = argument.slice(2).split('=')
    const words = joined.length > 0 ? [joined.join('=')] : []
    while (joined.length === 0 && i < list.length && !isFlag(list[i])) words.push(list[i++])
    const key = flag.replaceAll('-', '_')
    const [word] = words
    if (words.length > 1) values[key] = words
    else if (word !== undefined) values[key] = read(key, word)
    else if (!isKey(key) && key.startsWith('no_') && isKey(key.slice(3))) values[key.slice(3)] = false
    else values[key] = true
  }
  return { ok: true, values }
}
