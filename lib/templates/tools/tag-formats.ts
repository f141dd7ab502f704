/** Tool formats whose calls are tags with one parameter each: Qwen 3.5, GLM-4 MoE, MiniMax M2 and Seed-OSS. */
import { dumpJson, type PyValue } from '@/lib/pyjson'
import { pyStr, strip } from '@/lib/templates/python'
import { toolPrompts } from '@/lib/templates/tool-prompts'
import { argumentsOf, fill, found, functionOf, functionOrSelf, nameText, parsedOr, plainOrJson, type ToolCall, type ToolFormat, wrapped } from '@/lib/templates/tools/format'
import { qwen } from '@/lib/templates/tools/json-formats'

/** Calls found by `call` (name, block); each parameter by `parameter` (key, value). `keepSpace`: text values keep their outer white space. */
function readTags(content: string, call: RegExp, parameter: RegExp, keepSpace: boolean): ToolCall[] {
  return [...content.matchAll(call)].map(([, name, block]) => {
    const args = new Map<string, PyValue>()
    for (const [, key, raw] of block.matchAll(parameter)) args.set(key, parsedOr(strip(raw), keepSpace ? raw : strip(raw)))
    return found(strip(name), args)
  })
}

const orNull = (calls: ToolCall[]) => (calls.length > 0 ? calls : null)

export const qwen3_5: ToolFormat = {
  describe: (tools) => fill(toolPrompts.qwen3_5, { tools: tools.map((tool) => `\n${dumpJson(functionOrSelf(tool))}`).join('') }),
  write: (calls) =>
    calls
      .map((call) => {
        const parameters = [...argumentsOf(call)].map(([key, value]) => `\n<parameter=${key}>\n${plainOrJson(value)}\n</parameter>`)
        return `<tool_call>\n<function=${pyStr(call.name)}>${parameters.join('')}\n</function>\n</tool_call>`
      })
      .join('\n'),
  read: (content) =>
    orNull(
      readTags(content, /<tool_call>\s*<function=\s*([^\s<>]+)\s*(.*?)\s*<\/function>\s*<\/tool_call>/gs, /<parameter=(.*?)>(.*?)<\/parameter>/gs, false),
    ),
}

export const glm4_moe: ToolFormat = {
  describe: (tools) => fill(toolPrompts.glm4_moe, { tools: tools.map((tool) => `\n${dumpJson(wrapped(tool))}`).join('') }),
  write: (calls) =>
    calls
      .map((call) => {
        const parameters = [...argumentsOf(call)].map(([key, value]) => `\n<arg_key>${key}</arg_key>\n<arg_value>${plainOrJson(value)}</arg_value>`)
        return `\n<tool_call>${nameText(call)}${parameters.join('')}`
      })
      .join('\n'),
  // LLaMA-Factory reads Qwen's JSON here, not what this format writes.
  read: qwen.read,
}

const M2_BLOCK = /<minimax:tool_call>\s*(.+?)\s*<\/minimax:tool_call>/s

export const minimax2: ToolFormat = {
  describe: (tools) => fill(toolPrompts.minimax2, { tools: tools.map((tool) => `<tool>${dumpJson(functionOf(tool))}</tool>\n`).join('') }),
  write: (calls) =>
    calls
      .map((call) => {
        const parameters = [...argumentsOf(call)].map(([key, value]) => `\n<parameter name="${key}">${plainOrJson(value)}</parameter>`)
        return `<invoke name="${pyStr(call.name)}">${parameters.join('')}\n</invoke>`
      })
      .join('\n'),
  read(content) {
    const block = M2_BLOCK.exec(content)
    return block && readTags(block[1], /<invoke name="(.*?)">(.*?)<\/invoke>/gs, /<parameter name="(.*?)">(.*?)<\/parameter>/gs, true)
  },
}

export const seed_oss: ToolFormat = {
  describe: (tools) => fill(toolPrompts.seed_oss, { tools: `\n${dumpJson([...tools])}` }),
  write: (calls) =>
    calls
      .map((call) => {
        const parameters = [...argumentsOf(call)].map(([key, value]) => `\n<parameter=${key}>${plainOrJson(value)}</parameter>`)
        return `\n<seed:tool_call>\n<function=${nameText(call)}${parameters.join('')}\n</function>\n</seed:tool_call>`
      })
      .join('\n'),
  read: (content) =>
    orNull(
      readTags(content, /<seed:tool_call>\s*<function=\s*([^\s<]+)\s*(.*?)\s*<\/function>\s*<\/seed:tool_call>/gs, /<parameter=(.*?)>(.*?)<\/parameter>/gs, true),
    ),
}
