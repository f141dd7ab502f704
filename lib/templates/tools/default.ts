/** The `default` tool format: a plain list of tools, and ReAct's "Action" lines as calls. */
import { problem } from '@/lib/errors'
import { type PyObject, type PyValue, tryParseJson } from '@/lib/pyjson'
import { pyStr, strip, truthy } from '@/lib/templates/python'
import { toolPrompts } from '@/lib/templates/tool-prompts'
import { fill, found, functionOf, needed, type ToolFormat, toolsFault } from '@/lib/templates/tools/format'

const ACTION = /Action:\s*([a-zA-Z0-9_]+)\s*Action Input:\s*(.+?)(?=\s*Action:|\s*$)/gs

function parameterLine(name: string, param: PyValue, required: PyValue): string {
  if (!(param instanceof Map)) throw toolsFault(problem('tool_parameter', { name }))
  const options = param.get('enum')
  const items = param.get('items')
  if (truthy(options) && !(Array.isArray(options) && options.every((option) => typeof option === 'string')))
    throw toolsFault(problem('tool_enum', { name }))
  if (truthy(items) && !(items instanceof Map)) throw toolsFault(problem('tool_items', { name }))
  const kind = pyStr(param.get('type') ?? '') + (includes(required, name) ? ', required' : '')
  const choice = Array.isArray(options) && options.length > 0 ? `, should be one of [${options.join(', ')}]` : ''
  const each = items instanceof Map && items.size > 0 ? `, where each item should be ${pyStr(items.get('type') ?? '')}` : ''
  return `  - ${name} (${kind}): ${textOf(param, 'description')}${choice}${each}\n`
}

/** Python's `name in required`: an entry of a list, or a part of a text. */
function includes(required: PyValue, name: string): boolean {
  return Array.isArray(required) || typeof required === 'string' ? required.includes(name) : false
}

/** `object.get(key, "")` in a format string: an explicit null is written out. */
function textOf(object: PyObject, key: string): string {
  const value = object.get(key)
  return value === undefined ? '' : pyStr(value)
}

function toolText(tool: PyObject): string {
  const parameters = needed(tool, 'parameters')
  if (!(parameters instanceof Map)) throw toolsFault(problem('tool_parameters'))
  const properties = needed(parameters, 'properties')
  if (!(properties instanceof Map)) throw toolsFault(problem('tool_properties'))
  const required = parameters.get('required') ?? []
  const lines = [...properties].map(([name, param]) => parameterLine(name, param, required))
  return `> Tool Name: ${pyStr(needed(tool, 'name'))}\nTool Description: ${textOf(tool, 'description')}\nTool Args:\n${lines.join('')}\n`
}

export const defaultFormat: ToolFormat = {
  describe(list) {
    const tools = list.map(functionOf)
    const names = tools.map((tool) => pyStr(needed(tool, 'name')))
    return fill(toolPrompts.default, { tools: tools.map(toolText).join(''), names: names.join(', ') })
  },
  write: (calls) => calls.map((call) => `Action: ${pyStr(call.name)}\nAction Input: ${call.arguments}`).join('\n'),
  read(content) {
    const calls = []
    for (const [, name, input] of content.matchAll(ACTION)) {
      const args = tryParseJson(strip(input).replace(/^"+|"+$/g, '').replace(/^`+|`+$/g, ''))
      if (args === undefined) return null
      calls.push(found(name, args))
    }
    return calls.length > 0 ? calls : null
  },
}
