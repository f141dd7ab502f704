/** Values of typed files (parquet, arrow) as those of JSON, which is how Hugging Face datasets hands them on: key order, floats and long integers kept. */
import { floatRepr, PyNumber, type PyObject, type PyValue } from '@/lib/pyjson'

/** What of a column's type matters: whether its numbers are floats, and the types within. */
export interface ColumnType {
  float: boolean
  /** Fields of a structure by name; the items of a list under ''. */
  inner: Map<string, ColumnType>
}

const integerLike: ColumnType = { float: false, inner: new Map() }

export function toPyValue(value: unknown, type: ColumnType): PyValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return new PyNumber(String(value), false)
  if (typeof value === 'number') return type.float || !Number.isInteger(value) ? new PyNumber(floatRepr(value), true) : new PyNumber(String(value), false)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>, (item) => toPyValue(item, type.inner.get('') ?? integerLike))
  return toPyObject(value, type)
}

/** A structure or a row: the fields of its type, in their order. */
export function toPyObject(value: object, type: ColumnType): PyObject {
  const given = new Map(value instanceof Map ? value : Object.entries(value))
  const names = type.inner.size > 0 ? [...type.inner.keys()] : [...given.keys()].map(String)
  return new Map(names.map((name) => [name, toPyValue(given.get(name), type.inner.get(name) ?? integerLike)]))
}
