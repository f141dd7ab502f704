/**
 * templates.json: conversations through chat templates to ids, the tokenizer that a template leaves behind, and tool calls read from answers.
 * Also what templates look like to other programs.
 */
import path from 'node:path'
import { z } from 'zod'
import { type Message, roles } from '@/lib/datasets/example'
import { jinjaTemplate, ollamaModelfile } from '@/lib/templates/export'
import { prepareTemplate, type Template } from '@/lib/templates/template'
import type { Turn } from '@/lib/templates/row'
import { toolFormats } from '@/lib/templates/tools/table'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { attempt, type CheckResult, compared, readGolden } from '@/conform/check'

const message = z.object({ role: z.enum(roles), content: z.string() })
const fault = z.looseObject({ type: z.string(), message: z.string() })
const turns = z.array(z.tuple([z.array(z.number()), z.array(z.number())]))
const tokenFact = z.tuple([z.string().nullable(), z.number().nullable()])
const overrides = z.looseObject({ bos_token: z.string().nullish(), eos_token: z.string().nullish(), pad_token: z.string().nullish() })

const templateSchema = z.looseObject({
  id: z.string(),
  template: z.string(),
  options: z.looseObject({}).default({}),
  tokenizer: z.string().optional(),
  tokenizer_overrides: overrides.default({}),
  error: fault.optional(),
  stop_token_ids_sorted: z.array(z.number()).optional(),
  special_tokens_after_fix: z.record(z.string(), tokenFact).optional(),
  tokens_added_by_fix: z.record(z.string(), z.number()).optional(),
  tokenizer_length_before_and_after_fix: z.tuple([z.number(), z.number()]).optional(),
  default_system: z.string().optional(),
  stop_words: z.array(z.string()).optional(),
  efficient_eos: z.boolean().optional(),
  replace_eos: z.boolean().optional(),
  thought_words: z.array(z.string()).optional(),
  jinja_chat_template: z.string().nullish(),
  ollama_modelfile: z.string().nullish(),
  jinja_error: fault.optional(),
  ollama_error: fault.optional(),
})
const caseSchema = z.looseObject({
  template_id: z.string(),
  conversation: z.string(),
  error: fault.optional(),
  turns: turns.optional(),
  text: z.string().optional(),
  turns_discarding_history_cot: turns.optional(),
  oneturn: z.tuple([z.array(z.number()), z.array(z.number())]).optional(),
  chat_prompt: z.looseObject({ ids: z.array(z.number()), text: z.string() }).optional(),
})
const schema = z.looseObject({
  today: z.string(),
  conversations: z.array(z.looseObject({ name: z.string(), messages: z.array(message), system: z.string().optional(), tools: z.string().optional() })),
  templates: z.array(templateSchema),
  cases: z.array(caseSchema),
  tool_extract: z.array(z.looseObject({ tool_format: z.string(), content: z.string(), result: z.unknown(), error: fault.optional() })),
})
type GoldenTemplate = z.output<typeof templateSchema>
type Conversation = z.output<typeof schema>['conversations'][number]

export async function* check(dir: string): AsyncGenerator<CheckResult> {
  const raw = readGolden(dir, 'templates.json')
  if (raw === null) return
  const file = schema.parse(raw)
  const conversations = new Map(file.conversations.map((item) => [item.name, item]))
  for (const golden of file.templates) {
    const name = `template ${golden.id}`
    let template: Template
    try {
      template = await templateOf(dir, golden, new Date(file.today))
    } catch (error) {
      yield { name, ok: golden.error !== undefined, detail: String(error) }
      continue
    }
    yield attempt(name, () => compared(name, golden.error ?? factsOf(golden), golden.error ? null : ourFacts(golden, template)))
    if (golden.error === undefined) yield* exported(golden, template)
    for (const item of file.cases.filter((one) => one.template_id === golden.id)) {
      const conversation = conversations.get(item.conversation)
      if (!conversation) throw new Error(`templates.json has no conversation ${item.conversation}`)
      yield checkCase(`${golden.id} ${item.conversation}`, item, conversation, template)
    }
  }
  for (const [i, item] of file.tool_extract.entries()) {
    yield attempt(`tool_extract ${i} ${item.tool_format}`, () => checkExtract(`tool_extract ${i} ${item.tool_format}`, item))
  }
}

async function templateOf(dir: string, golden: GoldenTemplate, today: Date): Promise<Template> {
  const roleNames = golden.tokenizer_overrides
  const given = { bos: roleNames.bos_token, eos: roleNames.eos_token, pad: roleNames.pad_token }
  const tokenizer = await loadTokenizer(path.join(dir, 'tokenizers', golden.tokenizer ?? 'bytelevel'), given)
  return prepareTemplate(tokenizer, { ...golden.options, template: golden.template }, () => today)
}

const facts = ['stop_token_ids_sorted', 'special_tokens_after_fix', 'tokens_added_by_fix', 'default_system', 'stop_words', 'efficient_eos', 'replace_eos', 'thought_words'] as const

function factsOf(golden: GoldenTemplate): Record<string, unknown> {
  const after = golden.tokenizer_length_before_and_after_fix?.[1]
  return { ...Object.fromEntries(facts.flatMap((key) => (golden[key] === undefined ? [] : [[key, golden[key]]]))), ...(after !== undefined && { length_after_fix: after }) }
}

function ourFacts(golden: GoldenTemplate, template: Template): Record<string, unknown> {
  const { tokenizer, row } = template
  const role = (name: string) => tokenizer[name.replace('_token', '') as 'bos' | 'eos' | 'pad' | 'unk']
  const ours: Record<string, unknown> = {
    stop_token_ids_sorted: template.stopIds,
    special_tokens_after_fix: Object.fromEntries(Object.keys(golden.special_tokens_after_fix ?? {}).map((name) => [name, [role(name)?.text ?? null, role(name)?.id ?? null]])),
    tokens_added_by_fix: Object.fromEntries(template.added.map((token) => [token, tokenizer.idOf(token)])),
    default_system: row.default_system,
    stop_words: row.stop,
    efficient_eos: row.efficient_eos,
    replace_eos: row.replace_eos,
    thought_words: row.thought,
    length_after_fix: tokenizer.length,
  }
  return Object.fromEntries(Object.keys(factsOf(golden)).map((key) => [key, ours[key]]))
}

/** Null stands for a template that the other program's language cannot say. */
function* exported(golden: GoldenTemplate, template: Template): Generator<CheckResult> {
  const { jinja_chat_template, ollama_modelfile } = golden
  if (jinja_chat_template !== undefined || golden.jinja_error) yield compared(`${golden.id} jinja`, jinja_chat_template ?? null, jinjaTemplate(template))
  if (ollama_modelfile !== undefined || golden.ollama_error) yield compared(`${golden.id} ollama`, modelfileParts(ollama_modelfile ?? null), modelfileParts(ollamaModelfile(template)))
}

/** Stop lines come in no order of meaning, and the maker's name in the first line is its own. */
function modelfileParts(text: string | null): unknown {
  const lines = text?.split('\n').slice(1)
  const isStop = (line: string) => line.startsWith('PARAMETER stop')
  return lines ? { stops: lines.filter(isStop).sort(), rest: lines.filter((line) => !isStop(line)) } : null
}

function checkCase(name: string, item: z.output<typeof caseSchema>, { messages, system, tools }: Conversation, template: Template): CheckResult {
  if (item.error) return refused(name, () => template.encodeMultiturn(messages, system, tools))
  return attempt(name, () => {
    const expected: Record<string, unknown> = {}
    const ours: Record<string, unknown> = {}
    const all = template.encodeMultiturn(messages, system, tools)
    if (item.turns) [expected.turns, ours.turns] = [item.turns, all.map(pair)]
    if (item.text !== undefined) [expected.text, ours.text] = [item.text, template.tokenizer.decode(all.flatMap((turn) => pair(turn).flat()))]
    if (item.turns_discarding_history_cot) {
      expected.discarding = item.turns_discarding_history_cot
      ours.discarding = template.encodeMultiturn(messages, system, tools, true).map(pair)
    }
    if (item.oneturn) [expected.oneturn, ours.oneturn] = [item.oneturn, pair(template.encodeOneturn(messages, system, tools))]
    if (item.chat_prompt) {
      const asked: Message[] = [...messages.slice(0, -1), { role: 'assistant', content: '' }]
      const { prompt } = template.encodeOneturn(asked, system, tools)
      expected.chat_prompt = { ids: item.chat_prompt.ids, text: item.chat_prompt.text }
      ours.chat_prompt = { ids: prompt, text: template.tokenizer.decode(prompt) }
    }
    return compared(name, expected, ours)
  })
}

const pair = (turn: Turn) => [turn.prompt, turn.response]

/** A case that must be refused, with a fault of the user's, not a crash. */
function refused(name: string, run: () => unknown): CheckResult {
  try {
    run()
  } catch (error) {
    return error instanceof Error && error.name === 'UserError' ? { name, ok: true } : { name, ok: false, detail: `a crash, not a fault: ${String(error)}` }
  }
  return { name, ok: false, detail: 'expected to be refused' }
}

function checkExtract(name: string, item: z.output<typeof schema>['tool_extract'][number]): CheckResult {
  if (!Object.hasOwn(toolFormats, item.tool_format)) return { name, ok: false, detail: `no tool format ${item.tool_format}` }
  const format = toolFormats[item.tool_format as keyof typeof toolFormats]
  return compared(name, item.error ? item.content : item.result, format.read(item.content) ?? item.content)
}
