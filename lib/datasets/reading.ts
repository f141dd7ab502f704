/** Parts of a message for people to read: thinking apart from the answer, tool calls and tools as names and arguments. Only shown; what is learned is the template's. */
import { dumpJson, type PyValue, tryParseJson } from '@/lib/pyjson'

/** Words that models put around their thinking at the beginning of an answer. */
const THINKING = /^\s*<(think|thinking|thought|reasoning)>([\s\S]*?)<\/\1>\s*/

export function splitThinking(content: string): { thinking: string | null; rest: string } {
  const found = THINKING.exec(content)
  return found ? { thinking: found[2], rest: content.slice(found[0].length) } : { thinking: null, rest: content }
}

export interface ReadCall {
  name: string
  /** As indented JSON. */
  arguments: string
}

const listOf = (value: PyValue): PyValue[] => (Array.isArray(value) ? value : [value])

/** The calls that a text of JSON holds; null where it holds anything else. */
export function readCalls(text: string): ReadCall[] | null {
  const value = tryParseJson(text)
  if (value === undefined) return null
  const calls = listOf(value).map((call) => {
    const name = call instanceof Map ? call.get('name') : null
    return call instanceof Map && typeof name === 'string' ? { name, arguments: argumentsOf(call.get('arguments') ?? call.get('parameters') ?? null) } : null
  })
  return calls.length > 0 && calls.every((call) => call !== null) ? calls : null
}

/** Arguments may be written as JSON or as a text that holds JSON. */
function argumentsOf(value: PyValue): string {
  const inner = typeof value === 'string' ? tryParseJson(value) : value
  return inner === undefined || inner === null ? String(value ?? '') : dumpJson(inner, 2)
}

export interface ReadTool {
  name: string
  description: string
  parameters: string
}

/** The tools that a text of JSON describes, bare or in OpenAI's wrapping; null where it describes none. */
export function readTools(text: string): ReadTool[] | null {
  const value = tryParseJson(text)
  if (!Array.isArray(value)) return null
  const tools = value.map((entry) => {
    const wrapped = entry instanceof Map ? entry.get('function') : null
    const tool = wrapped instanceof Map ? wrapped : entry
    const name = tool instanceof Map ? tool.get('name') : null
    if (!(tool instanceof Map) || typeof name !== 'string') return null
    const description = tool.get('description')
    return { name, description: typeof description === 'string' ? description : '', parameters: dumpJson(tool.get('parameters') ?? null, 2) }
  })
  return tools.every((tool) => tool !== null) ? tools : null
}
