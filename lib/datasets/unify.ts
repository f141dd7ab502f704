/**
 * One shape for all rows of a dataset, as Arrow gives it to LLaMA-Factory: a column or key that a row lacks becomes null where another row has it, and a
 * number is a float everywhere if it is one anywhere. It changes what tools and tool calls written as objects look like in a prompt. Where rows disagree
 * on the kind of a value, which stops Arrow, the kind that most rows have is the column's, and the other rows are of the wrong shape.
 */
import { kindOf, RowError } from '@/lib/datasets/align'
import { type Problem, problem } from '@/lib/errors'
import { PyNumber, type PyObject, type PyValue } from '@/lib/pyjson'

type Kind = 'text' | 'boolean' | 'number' | 'list' | 'object'

interface Shape {
  /** How often each kind came, in the order of their first coming. */
  counts: Map<Kind, number>
  float: boolean
  items: Shape | null
  keys: Map<string, Shape>
}

/** The shapes of a dataset's columns; columns that no row has are absent. */
export type Shapes = ReadonlyMap<string, Shape>

const nothing = (): Shape => ({ counts: new Map(), float: false, items: null, keys: new Map() })

function kindIn(value: Exclude<PyValue, null>): Kind {
  if (typeof value === 'string') return 'text'
  if (typeof value === 'boolean') return 'boolean'
  if (value instanceof PyNumber) return 'number'
  return Array.isArray(value) ? 'list' : 'object'
}

function widen(shape: Shape, value: PyValue): void {
  if (value === null) return
  const kind = kindIn(value)
  shape.counts.set(kind, (shape.counts.get(kind) ?? 0) + 1)
  if (value instanceof PyNumber) shape.float ||= value.float
  else if (Array.isArray(value)) {
    shape.items ??= nothing()
    for (const item of value) widen(shape.items, item)
  } else if (value instanceof Map) for (const [key, item] of value) widen(innerShape(shape.keys, key), item)
}

function innerShape(shapes: Map<string, Shape>, key: string): Shape {
  let inner = shapes.get(key)
  if (!inner) shapes.set(key, (inner = nothing()))
  return inner
}

/** Collects the shapes that rows have in the given columns. */
export function shapeCollector(columns: readonly string[]): { add(record: PyObject): void; shapes: Shapes } {
  const shapes = new Map<string, Shape>()
  return {
    shapes,
    add(record) {
      for (const name of columns) {
        const value = record.get(name)
        if (value !== undefined) widen(innerShape(shapes, name), value)
      }
    },
  }
}

/** The kind that came most often, the earlier one of two. */
function usual({ counts }: Shape): Kind | null {
  let best: Kind | null = null
  for (const [kind, count] of counts) if (best === null || count > (counts.get(best) ?? 0)) best = kind
  return best
}

const named: Record<Kind, Problem> = {
  text: problem('kind_text'), boolean: problem('kind_boolean'), number: problem('kind_number'), list: problem('kind_list'), object: problem('kind_object'),
}

/** Keys that the shape does not know, of a row that had no part in it, stay behind those that it knows. */
function conform(value: PyValue, shape: Shape, path: string): PyValue {
  if (value === null) return null
  const kind = usual(shape)
  if (kind !== null && kind !== kindIn(value)) throw new RowError(path, problem('row_mixed', { found: kindOf(value), usual: named[kind] }))
  if (value instanceof PyNumber) return shape.float && !value.float ? new PyNumber(`${value.text}.0`, true) : value
  const { items, keys } = shape
  if (Array.isArray(value)) return items ? value.map((item, i) => conform(item, items, `${path}[${i}]`)) : value
  if (!(value instanceof Map)) return value
  const whole: PyObject = new Map()
  for (const [key, inner] of keys) whole.set(key, conform(value.get(key) ?? null, inner, `${path}.${key}`))
  for (const [key, item] of value) if (!keys.has(key)) whole.set(key, item)
  return whole
}

/** A row's columns in their shapes, and nothing else. Throws RowError for a value of another kind. */
export function unified(record: PyObject, shapes: Shapes): PyObject {
  return new Map([...shapes].map(([name, shape]) => [name, conform(record.get(name) ?? null, shape, name)]))
}
