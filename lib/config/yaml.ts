/**
 * Configuration files. Reading follows PyYAML (YAML 1.1), as LLaMA-Factory reads them, so `no`, `1_000` and `5.0e-05` mean the same;
 * writing gives a file that both read alike.
 */
import { isMap, isScalar, LineCounter, parseDocument, stringify, type Document } from 'yaml'
import { type Fault, problem } from '@/lib/errors'
import { fieldOf, type Key } from '@/lib/config/fields'
import { dataFields } from '@/lib/config/fields/data'
import { modelFields } from '@/lib/config/fields/model'
import { trainingFields } from '@/lib/config/fields/training'
import { pyYaml } from '@/lib/config/pyyaml'
import { writeFlow, writeNumber, writtenKeys } from '@/lib/config/written'

export type Read = { ok: true; values: Record<string, unknown> } | { ok: false; faults: Fault[] }

function syntaxFault(document: Document.Parsed, lines: LineCounter): Fault | null {
  const [error] = document.errors
  if (!error) return null
  const { line, col } = lines.linePos(error.pos[0])
  return { code: 'yaml_syntax', values: { line, column: col, problem: problem(`yaml_${error.code}`) } }
}

function repeatedKeys(document: Document.Parsed, lines: LineCounter): Fault[] {
  const seen = new Map<string, number>()
  const items = isMap(document.contents) ? document.contents.items : []
  return items.flatMap(({ key }): Fault[] => {
    if (!isScalar(key) || !key.range) return []
    const name = String(key.value)
    const { line } = lines.linePos(key.range[0])
    const first = seen.get(name)
    seen.set(name, first ?? line)
    return first === undefined ? [] : [{ code: 'key_twice', values: { key: name, first, second: line }, field: name }]
  })
}

/** The fault of a text that is no mapping; what it is instead, in short. */
function notMapping(value: unknown): Fault {
  if (value === null || value === undefined) return { code: 'config_empty', values: {} }
  const text = JSON.stringify(value)
  return { code: 'config_not_mapping', values: { found: text.length > 60 ? `${text.slice(0, 60)}…` : text } }
}

/** The keys and values of a YAML (or JSON) text, unchecked; `parseArgs` checks them. */
export function readYaml(text: string): Read {
  const lines = new LineCounter()
  const document = parseDocument(text, { ...pyYaml, lineCounter: lines })
  const fault = syntaxFault(document, lines)
  if (fault) return { ok: false, faults: [fault] }
  const repeated = repeatedKeys(document, lines)
  if (repeated.length > 0) return { ok: false, faults: repeated }
  const values: unknown = document.toJS()
  if (!isMap(document.contents)) return { ok: false, faults: [notMapping(values)] }
  return { ok: true, values: values as Record<string, unknown> }
}

function line(key: Key, value: unknown): string {
  const { kind, listed } = fieldOf(key)
  const whole = kind !== 'number' && kind !== 'object'
  if (typeof value === 'number') return `${key}: ${writeNumber(value, !whole)}`
  if (kind === 'object' || listed) return `${key}: ${writeFlow(value)}`
  const scalar = Array.isArray(value) ? value.join(',') : value
  return stringify({ [key]: scalar }, { compat: 'yaml-1.1', lineWidth: 0 }).trimEnd()
}

const sections: readonly [string, object][] = [
  ['model', modelFields],
  ['dataset', dataFields],
  ['training', trainingFields],
]

const sectionOf = (key: Key): string => sections.find(([, fields]) => Object.hasOwn(fields, key))?.[0] ?? 'method'

/** The configuration as a file under headings; `readYaml` and `parseArgs` make the same configuration of it again. */
export function writeYaml(args: Readonly<Record<Key, unknown>>): string {
  const written = writtenKeys(args)
  const blocks = ['model', 'method', 'dataset', 'training'].flatMap((section) => {
    const inside = written.filter((key) => sectionOf(key) === section)
    return inside.length === 0 ? [] : [[`### ${section}`, ...inside.map((key) => line(key, args[key]))].join('\n')]
  })
  return `${blocks.join('\n\n')}\n`
}
