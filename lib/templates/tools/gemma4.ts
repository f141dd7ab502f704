/** Gemma 4's tool format: declarations and calls in its own notation, texts between `<|"|>` marks. */
import { problem } from '@/lib/errors'
import { dumpJson, type PyObject, type PyValue, tryParseJson } from '@/lib/pyjson'
import { pyStr, strip, truthy } from '@/lib/templates/python'
import { functionOrSelf, needed, type ToolFormat, toolsFault } from '@/lib/templates/tools/format'

const MARK = '<|"|>'
const marked = (text: string) => MARK + text + MARK

/** Python sorts by code points, JavaScript by UTF-16 units; they differ above U+FFFF only. */
function sortedKeys(object: PyObject): string[] {
  const points = (text: string) => Array.from(text, (char) => char.codePointAt(0) ?? 0)
  return [...object.keys()].sort((a, b) => {
    const [x, y] = [points(a), points(b)]
    const at = x.findIndex((point, i) => point !== y[i])
    return at < 0 ? x.length - y.length : x[at] - (y[at] ?? -1)
  })
}

function valueText(value: PyValue): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return marked(value)
  if (typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`
  if (value instanceof Map) return `{${entries(value)}}`
  return pyStr(value)
}

function entries(object: PyObject): string {
  return sortedKeys(object)
    .map((key) => `${key}:${valueText(object.get(key) ?? null)}`)
    .join(',')
}

const has = (object: PyObject, key: string): PyValue | undefined => (truthy(object.get(key)) ? object.get(key) : undefined)

/** The given keys that have a value, each written by `how`. */
function parts(object: PyObject, how: Record<string, (value: PyValue) => string>): string {
  return Object.entries(how)
    .flatMap(([key, write]) => {
      const value = has(object, key)
      return value === undefined ? [] : [`${key}:${write(value)}`]
    })
    .join(',')
}

const upper = (value: PyValue) => marked(pyStr(value).toUpperCase())

function propertiesText(value: PyValue): string {
  if (!(value instanceof Map)) throw toolsFault(problem('tool_properties'))
  const each = [...value].map(([name, schema]) => {
    if (!(schema instanceof Map)) throw toolsFault(problem('tool_parameter', { name }))
    return `${name}:{${parts(schema, { description: (text) => marked(pyStr(text)), type: upper })}}`
  })
  return `{${each.join(',')}}`
}

function requiredText(value: PyValue): string {
  if (!Array.isArray(value)) throw toolsFault(problem('tool_required'))
  return `[${value.map((item) => marked(pyStr(item))).join(',')}]`
}

function declaration(tool: PyObject): string {
  const description = tool.get('description')
  let text = `declaration:${pyStr(needed(tool, 'name'))}{description:${marked(description === undefined ? '' : pyStr(description))}`
  const parameters = has(tool, 'parameters')
  if (parameters instanceof Map) text += `,parameters:{${parts(parameters, { properties: propertiesText, required: requiredText, type: upper })}}`
  const response = has(tool, 'response')
  if (response instanceof Map) {
    const isObject = pyStr(response.get('type') ?? '').toUpperCase() === 'OBJECT'
    text += `,response:{${parts(response, { description: (value) => marked(pyStr(value)), ...(isObject && { type: upper }) })}}`
  }
  return `${text}}`
}

/** Text values to JSON strings, bare keys to quoted ones; what then is JSON is taken as such, else the text itself. */
function readArguments(text: string): string {
  const inner = strip(text)
  if (inner === '') return '{}'
  const quoted = `{${inner}}`.replace(/<\|"\|>(.*?)<\|"\|>/gs, (_, value: string) => dumpJson(value))
  const value = tryParseJson(quoted.replace(/(^|[{\s,])([A-Za-z_][A-Za-z0-9_]*)(\s*:)/g, '$1"$2"$3')) ?? tryParseJson(inner)
  if (value === undefined) return inner
  return typeof value === 'string' ? value : dumpJson(value)
}

export const gemma4: ToolFormat = {
  describe: (tools) => tools.map((tool) => declaration(functionOrSelf(tool))).join('\n'),
  write: (calls) =>
    calls
      .map((call) => {
        const value = tryParseJson(call.arguments) ?? call.arguments
        const inner = value instanceof Map ? entries(value) : typeof value === 'string' ? value : valueText(value)
        return `<|tool_call>call:${pyStr(call.name)}{${inner}}<tool_call|>`
      })
      .join(''),
  read(content) {
    const calls = [...content.matchAll(/<\|tool_call>call:([^{\s]+)\{(.*?)\}<tool_call\|>/gs)]
    return calls.length > 0 ? calls.map(([, name, args]) => ({ name: strip(name), arguments: readArguments(args) })) : null
  },
}
