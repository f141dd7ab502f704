/**
 * One shape for all rows of a file, as Arrow gives it to LLaMA-Factory: a column or key that a row lacks becomes null where another row has it, and a
 * number is a float everywhere if it is one anywhere. It changes what tools and tool calls written as objects look like in a prompt.
 */
import { kindOf, RowError } from '@/lib/datasets/align'
import { problem } from '@/lib/errors'
import { PyNumber, type PyObject, type PyValue } from '@/lib/pyjson'

interface Shape {
  kind: 'null' | 'text' | 'boolean' | 'integer' | 'float' | 'list' | 'object'
  /** Row (from 1) that showed the kind first. */
  row: number
  items: Shape | null
  keys: Map<string, Shape>
}

const nothing = (): Shape => ({ kind: 'null', row: 0, items: null, keys: new Map() })

function kindOfShape(value: PyValue): Shape['kind'] {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'boolean') return 'boolean'
  if (value instanceof PyNumber) return value.float ? 'float' : 'integer'
  return Array.isArray(value) ? 'list' : 'object'
}

/** Widens a shape by a value; throws RowError where the kinds cannot be one column. */
function widen(shape: Shape, value: PyValue, row: number, path: string): void {
  const kind = kindOfShape(value)
  if (kind === 'null') return
  const numbers = [kind, shape.kind].every((one) => one === 'integer' || one === 'float')
  if (shape.kind === 'null') [shape.kind, shape.row] = [kind, row]
  else if (numbers) shape.kind = kind === 'float' ? 'float' : shape.kind
  else if (shape.kind !== kind) throw new RowError(path, problem('row_mixed', { found: kindOf(value), row: shape.row }))
  if (Array.isArray(value)) {
    shape.items ??= nothing()
    for (const item of value) widen(shape.items, item, row, `${path}[]`)
  } else if (value instanceof Map) {
    for (const [key, item] of value) {
      let inner = shape.keys.get(key)
      if (!inner) shape.keys.set(key, (inner = nothing()))
      widen(inner, item, row, `${path}.${key}`)
    }
  }
}

function conform(value: PyValue, shape: Shape): PyValue {
  if (value instanceof PyNumber && shape.kind === 'float' && !value.float) return new PyNumber(`${value.text}.0`, true)
  const { items } = shape
  if (Array.isArray(value) && items) return value.map((item) => conform(item, items))
  if (value instanceof Map) return new Map([...shape.keys].map(([key, inner]) => [key, conform(value.get(key) ?? null, inner)]))
  return value
}

/**
 * The rows with the given columns in one shape and nothing else. Columns that no row has stay absent. `fail` makes the error for a row (from 1).
 */
export function unifyRows(rows: readonly PyObject[], columns: readonly string[], fail: (row: number, error: RowError) => Error): PyObject[] {
  const shapes = new Map<string, Shape>()
  rows.forEach((record, i) => {
    for (const name of columns) {
      const value = record.get(name)
      if (value === undefined) continue
      let shape = shapes.get(name)
      if (!shape) shapes.set(name, (shape = nothing()))
      try {
        widen(shape, value, i + 1, name)
      } catch (error) {
        throw error instanceof RowError ? fail(i + 1, error) : error
      }
    }
  })
  return rows.map((record) => new Map([...shapes].map(([name, shape]) => [name, conform(record.get(name) ?? null, shape)])))
}

