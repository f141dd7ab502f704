/**
 * A `function` message, JSON in the dataset, as the model would write it: the calls in the template's tool format, with a thought or other text
 * around them kept. LLaMA-Factory 0.9.5, `FunctionFormatter`.
 */
import { problem } from '@/lib/errors'
import { dumpJson, JsonSyntaxError, parseJson, type PyValue } from '@/lib/pyjson'
import type { FilledRow } from '@/lib/templates/row'
import { type Call, callFault } from '@/lib/templates/tools/format'
import { toolFormats } from '@/lib/templates/tools/table'

/** UserError tool_call_invalid where the content is not JSON with a name and arguments. */
export function writeCalls(row: FilledRow, content: string): string {
  const write = (json: string) => toolFormats[row.calls].write(parseCalls(json))
  // Templates that fuse the system text know neither thoughts nor marked calls in such messages.
  if (row.kind === 'fused_system') return write(content)
  const call = between(row.call_words).exec(content)
  if (call) return content.replaceAll(call[0], '') + write(call[1])
  const thought = between(row.thought).exec(content)
  return thought ? thought[0] + write(content.replaceAll(thought[0], '')) : write(content)
}

/** A regular expression for the shortest text between two marks. */
export function between([start, end]: readonly [string, string], flags = ''): RegExp {
  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`${literal(start)}(.*?)${literal(end)}`, `s${flags}`)
}

function parseCalls(json: string): Call[] {
  let value: PyValue
  try {
    value = parseJson(json)
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw callFault(problem('call_json', { line: error.line, column: error.column, reason: error.reason }))
    throw error
  }
  return (Array.isArray(value) ? value : [value]).map((item) => {
    const name = item instanceof Map ? item.get('name') : undefined
    const args = item instanceof Map ? item.get('arguments') : undefined
    if (name === undefined || args === undefined) throw callFault(problem('call_needs'))
    return { name, arguments: dumpJson(args) }
  })
}
