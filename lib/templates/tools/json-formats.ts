/** Tool formats whose calls are JSON: Qwen, Ling, Mistral, Llama 3, GLM-4 and MiniMax M1. */
import { problem } from '@/lib/errors'
import { dumpJson, parseJson, type PyValue, tryParseJson } from '@/lib/pyjson'
import { pyStr, strip } from '@/lib/templates/python'
import { toolPrompts } from '@/lib/templates/tool-prompts'
import { type Call, callFault, fill, found, functionOf, needed, type ToolCall, type ToolFormat, wrapped } from '@/lib/templates/tools/format'

const callObject = (call: Call, key = 'arguments'): PyValue => new Map<string, PyValue>([['name', call.name], [key, parseJson(call.arguments)]])

/** One or several objects with a name and arguments under `key`; null when one lacks either. */
function readObjects(value: PyValue | undefined, key: string): ToolCall[] | null {
  if (value === undefined) return null
  const calls: ToolCall[] = []
  for (const item of Array.isArray(value) ? value : [value]) {
    const name = item instanceof Map ? item.get('name') : undefined
    const args = item instanceof Map ? item.get(key) : undefined
    if (name === undefined || args === undefined) return null
    calls.push(found(name, args))
  }
  return calls
}

const QWEN_CALL = /<tool_call>(.+?)<\/tool_call>(?=\s*<tool_call>|\s*$)/gs

export const qwen: ToolFormat = {
  describe: (tools) => fill(toolPrompts.qwen, { tools: tools.map((tool) => `\n${dumpJson(wrapped(tool))}`).join('') }),
  write: (calls) => calls.map((call) => `<tool_call>\n${dumpJson(callObject(call))}\n</tool_call>`).join('\n'),
  read(content) {
    const calls: ToolCall[] = []
    for (const [, text] of content.matchAll(QWEN_CALL)) {
      const value = tryParseJson(strip(text))
      const call = value instanceof Map ? readObjects(value, 'arguments') : null
      if (!call) return null
      calls.push(...call)
    }
    return calls.length > 0 ? calls : null
  },
}

export const ling: ToolFormat = {
  ...qwen,
  describe: (tools) => `${fill(toolPrompts.ling, { tools: tools.map((tool) => `\n${dumpJson(wrapped(tool))}`).join('') })}\ndetailed thinking off`,
}

export const mistral: ToolFormat = {
  describe: (tools) => `[AVAILABLE_TOOLS] ${dumpJson(tools.map(wrapped))}[/AVAILABLE_TOOLS]`,
  write: (calls) => dumpJson(calls.map((call) => callObject(call))),
  read: (content) => readObjects(tryParseJson(strip(content)), 'arguments'),
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const dayText = (day: Date) => `${String(day.getDate()).padStart(2, '0')} ${MONTHS[day.getMonth()]} ${day.getFullYear()}`

export const llama3: ToolFormat = {
  describe: (tools, now) => fill(toolPrompts.llama3, { date: dayText(now), tools: tools.map((tool) => `${dumpJson(wrapped(tool), 4)}\n\n`).join('') }),
  write(calls) {
    const objects = calls.map((call) => callObject(call, 'parameters'))
    return dumpJson(objects.length === 1 ? objects[0] : objects)
  },
  read: (content) => readObjects(tryParseJson(strip(content)), 'parameters'),
}

export const glm4: ToolFormat = {
  describe(tools) {
    const texts = tools.map(functionOf).map((tool) => {
      return `\n\n## ${pyStr(needed(tool, 'name'))}\n\n${dumpJson(tool, 4)}\n在调用上述函数时，请使用 Json 格式表示调用的参数。`
    })
    return fill(toolPrompts.glm4, { tools: texts.join('') })
  },
  write(calls) {
    if (calls.length !== 1) throw callFault(problem('call_one'))
    return `${pyStr(calls[0].name)}\n${calls[0].arguments}`
  },
  read(content) {
    const line = content.indexOf('\n')
    if (line < 0) return null
    const args = tryParseJson(strip(content.slice(line + 1)))
    return args === undefined ? null : [found(content.slice(0, line), args)]
  },
}

const MINIMAX_CALLS = /<tool_calls>\s*(.+?)\s*<\/tool_calls>/s

export const minimax1: ToolFormat = {
  describe: (tools) => fill(toolPrompts.minimax1, { tools: tools.map((tool) => `${dumpJson(functionOf(tool))}\n`).join('') }),
  write: (calls) => `<tool_calls>\n${calls.map((call) => dumpJson(callObject(call))).join('\n')}\n</tool_calls>`,
  read(content) {
    const block = MINIMAX_CALLS.exec(content)
    if (!block) return null
    // Lines that are not JSON are passed over; a block without a readable line is an empty list of calls.
    return block[1].split('\n').flatMap((line) => readObjects(tryParseJson(strip(line)), 'arguments') ?? [])
  },
}
