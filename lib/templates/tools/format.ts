/**
 * What a tool format does: tells a model about its tools, writes calls into an answer, and finds them again. Here are the parts that all formats
 * share; the formats themselves are the rows of tools/table.ts.
 */
import { type Problem, problem, UserError } from '@/lib/errors'
import { dumpJson, parseJson, type PyObject, type PyValue, tryParseJson } from '@/lib/pyjson'
import type { toolPrompts } from '@/lib/templates/tool-prompts'

/** A call on its way into a prompt; `arguments` is JSON text as json.dumps spells it. */
export interface Call {
  name: PyValue
  arguments: string
}

/** A call found in an answer. */
export interface ToolCall {
  name: string
  arguments: string
}

export interface ToolFormat {
  /** The text about a list of tools; UserError `tools_invalid`. */
  describe(tools: readonly PyValue[], now: Date): string
  /** Calls as the model would write them; UserError `tool_call_invalid`. */
  write(calls: readonly Call[]): string
  /** The calls in an answer, or null when it holds none (or broken ones). */
  read(content: string): ToolCall[] | null
}

export function toolsFault(reason: Problem): UserError {
  return new UserError('tools_invalid', { problem: reason })
}

export function callFault(reason: Problem): UserError {
  return new UserError('tool_call_invalid', { problem: reason })
}

/** Fills the marks of a prompt, each as it stands. */
export function fill(prompt: (typeof toolPrompts)[keyof typeof toolPrompts], parts: Record<string, string>): string {
  return prompt.replace(/\[\[(tools|names|date)\]\]/g, (_, name: string) => parts[name])
}

export function asTool(value: PyValue): PyObject {
  if (value instanceof Map) return value
  throw toolsFault(problem('tool_object'))
}

/** The function inside OpenAI's wrapping, or the tool itself where there is none. */
export function functionOf(value: PyValue): PyObject {
  const tool = asTool(value)
  if (tool.get('type') !== 'function') return tool
  const inner = tool.get('function')
  if (inner instanceof Map) return inner
  throw toolsFault(problem('tool_function'))
}

/** The same, but a tool whose "type" is "function" without a wrapping stands for itself. */
export function functionOrSelf(value: PyValue): PyObject {
  const tool = asTool(value)
  return tool.get('type') === 'function' && tool.has('function') ? functionOf(tool) : tool
}

/** OpenAI's wrapping, put on where it is missing. */
export function wrapped(value: PyValue): PyObject {
  const tool = asTool(value)
  return tool.get('type') === 'function' ? tool : new Map<string, PyValue>([['type', 'function'], ['function', tool]])
}

export function needed(tool: PyObject, key: string): PyValue {
  const value = tool.get(key)
  if (value === undefined) throw toolsFault(problem('tool_lacks', { key }))
  return value
}

/** The arguments of a call as an object, for formats that write them one by one. */
export function argumentsOf(call: Call): PyObject {
  const value = parseJson(call.arguments)
  if (value instanceof Map) return value
  throw callFault(problem('call_arguments'))
}

export function nameText(call: Call): string {
  if (typeof call.name === 'string') return call.name
  throw callFault(problem('call_name'))
}

/** A value inside a tag: text as it is, anything else as JSON. */
export function plainOrJson(value: PyValue): string {
  return typeof value === 'string' ? value : dumpJson(value)
}

/** A found call; the name is text in every format that can be read back. */
export function found(name: PyValue, args: PyValue): ToolCall {
  return { name: typeof name === 'string' ? name : dumpJson(name), arguments: dumpJson(args) }
}

/** A parameter's text as JSON where it is JSON, else as `otherwise`. */
export function parsedOr(text: string, otherwise: string): PyValue {
  return tryParseJson(text) ?? otherwise
}
