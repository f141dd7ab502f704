/** The tools of a conversation as they are written: a JSON list. What a tool must have is its format's to say. */
import { problem } from '@/lib/errors'
import { JsonSyntaxError, parseJson, type PyValue } from '@/lib/pyjson'
import { toolsFault } from '@/lib/templates/tools/format'

/** UserError `tools_invalid` where `text` is not a JSON list. */
export function parseTools(text: string): PyValue[] {
  let value: PyValue
  try {
    value = parseJson(text)
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw toolsFault(problem('tool_json', { line: error.line, column: error.column, reason: error.reason }))
    throw error
  }
  if (Array.isArray(value)) return value
  if (value instanceof Map && value.size === 0) return []
  throw toolsFault(problem('tool_list'))
}
