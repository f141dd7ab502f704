/**
 * Tool talks as rows. ShareGPT's format keeps calls as JSON text; OpenAI's keeps them as objects. There every tool has one parameter, `query`: rows of one file get one shape,
 * so that arguments with different keys would be filled up with nulls; and arguments as text, OpenAI's own way, would reach the model quoted twice (as in LLaMA-Factory).
 */
import { lookups, toolTalks, type Step, type ToolTalk } from '@/tools/starter/datasets/demo/tool-talks'
import { toolSchema } from '@/tools/starter/datasets/demo/tools'
import type { ShareGptMessage, ShareGptRow } from '@/tools/starter/datasets/multiturn'

/** Calls, or their results, as one message: an object by itself, or a list. */
export const asCalls = (items: readonly object[]): string => JSON.stringify(items.length === 1 ? items[0] : items)

/** The tools on offer, as JSON text. */
export const offered = ({ locale, tools }: ToolTalk): string => JSON.stringify(tools.map((name) => toolSchema(name, locale)))

function shareGptMessages(step: Step): ShareGptMessage[] {
  if ('user' in step) return [{ from: 'human', value: step.user }]
  if ('assistant' in step) return [{ from: 'gpt', value: step.assistant }]
  return [{ from: 'function_call', value: asCalls(step.calls) }, { from: 'observation', value: asCalls(step.results) }]
}

const shareGpt = (talk: ToolTalk): ShareGptRow => ({ conversations: talk.steps.flatMap(shareGptMessages), tools: offered(talk) })

export interface OpenAiMessage {
  role: 'user' | 'assistant' | 'tool'
  content: string | null
  tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: { query: string } } }[]
  tool_call_id?: string
}

export interface OpenAiRow {
  messages: OpenAiMessage[]
  tools: { type: 'function'; function: object }[]
}

function openAiMessages(step: Step, at: number): OpenAiMessage[] {
  if ('user' in step) return [{ role: 'user', content: step.user }]
  if ('assistant' in step) return [{ role: 'assistant', content: step.assistant }]
  const id = (i: number): string => `call_${at}_${i + 1}`
  const tool_calls = step.calls.map(({ name, arguments: given }, i) => ({ id: id(i), type: 'function' as const, function: { name, arguments: { query: String(Object.values(given)[0]) } } }))
  return [{ role: 'assistant', content: null, tool_calls }, ...step.results.map((result, i): OpenAiMessage => ({ role: 'tool', content: JSON.stringify(result), tool_call_id: id(i) }))]
}

const openAi = ({ locale, tools, steps }: ToolTalk): OpenAiRow => ({
  messages: steps.flatMap(openAiMessages),
  tools: tools.map((name) => ({ type: 'function', function: toolSchema(name, locale, () => 'query') })),
})

export const shareGptToolRows = (seed: number, count: number): ShareGptRow[] => toolTalks(seed, count).map(shareGpt)
export const openAiToolRows = (seed: number, count: number): OpenAiRow[] => lookups(seed, count).map(openAi)
