/**
 * A chat template made ready for one tokenizer: messages to token ids. The rules are those of LLaMA-Factory 0.9.5's `data/template.py` and
 * `data/formatter.py`; the rows are table.ts. Left out: the parts of messages that are not text; chat templates in Jinja are own.ts's.
 */
import { nearest } from '@/lib/config/nearest'
import type { Message } from '@/lib/datasets/example'
import { UserError } from '@/lib/errors'
import { EOS, type FilledRow, type Slot, type TemplateOptions, type TemplateRow, type ToolFormatName, type Turn } from '@/lib/templates/row'
import { templateNames, templates } from '@/lib/templates/table'
import { thoughtRules } from '@/lib/templates/thought'
import type { ToolCall } from '@/lib/templates/tools/format'
import { parseTools } from '@/lib/templates/tools/list'
import { toolFormats } from '@/lib/templates/tools/table'
import { writeCalls } from '@/lib/templates/write-calls'
import type { Tokenizer } from '@/lib/text/tokenizer'

export interface Template {
  readonly name: string
  /** The tokenizer with the template's eos, pad and stop tokens in place. Use this one from here on. */
  readonly tokenizer: Tokenizer
  /** Tokens that the template needs and the tokenizer lacked; their ids lie at the end of `tokenizer`. */
  readonly added: string[]
  readonly stopIds: number[]
  readonly row: FilledRow
  /** Thoughts of earlier turns stay when the history is masked. */
  readonly preserveThinking: boolean
  /** Prompt and answer of a whole conversation whose last message is the answer (empty content to generate one). */
  encodeOneturn(messages: readonly Message[], system?: string, tools?: string): Turn
  /** Prompt and answer of every turn; `discardHistoryThought` removes earlier turns' thoughts (reasoning templates). */
  encodeMultiturn(messages: readonly Message[], system?: string, tools?: string, discardHistoryThought?: boolean): Turn[]
  /** Tool calls in an answer, or the answer itself when there are none. */
  extractTools(content: string): ToolCall[] | string
}

/** What the model's own chat template is called where a name is asked for. */
export const OWN_TEMPLATE = 'chat_template'

/**
 * Finds the row, applies the options and fixes the tokenizer's special tokens. `today` is for prompts that name the date.
 * UserError: missing_key (no template); template_unknown; not_an_option (tool_format); together (train_on_prompt with a template that trains eos between turns).
 */
export function prepareTemplate(tokenizer: Tokenizer, options: TemplateOptions, today: () => Date = () => new Date()): Template {
  const name = options.template || OWN_TEMPLATE
  const row = fillRow(options.template ? rowNamed(options.template) : options.own, options)
  if (options.train_on_prompt && row.efficient_eos) {
    throw new UserError('together', { key: 'train_on_prompt = true', other: `template = ${name}` }, 'train_on_prompt')
  }
  const fixed = fixTokenizer(tokenizer, row)
  const encode = messageEncoder(name, row, fixed, today)
  const rules = thoughtRules(row, options, fixed)
  const stop = [fixed.eos?.text, ...row.stop].flatMap((token) => (token ? (fixed.idOf(token) ?? fixed.unk?.id ?? []) : []))
  return {
    name,
    tokenizer: fixed,
    added: [...new Set([...row.stop, fixed.eos?.text ?? ''])].filter((token) => (fixed.idOf(token) ?? -1) >= tokenizer.length),
    stopIds: [...new Set(stop)].sort((a, b) => a - b),
    row,
    preserveThinking: options.preserve_thinking ?? false,
    encodeOneturn(messages, system = '', tools = '') {
      const kept = rules.beforeOneturn(messages)
      const ids = encode(kept, system, tools)
      return rules.afterOneturn(kept, { prompt: ids.slice(0, -1).flat(), response: ids[ids.length - 1] })
    },
    encodeMultiturn(messages, system = '', tools = '', discardHistoryThought = false) {
      const kept = rules.beforeMultiturn(messages, discardHistoryThought)
      const ids = encode(kept, system, tools)
      const turns: Turn[] = []
      for (let i = 0; i + 1 < ids.length; i += 2) turns.push({ prompt: ids[i], response: ids[i + 1] })
      return rules.afterMultiturn(kept, turns, discardHistoryThought)
    },
    extractTools: (content) => (typeof row.tools === 'string' && toolFormats[row.tools].read(content)) || content,
  }
}

/**
 * UserError template_token_missing (field `template`) when the template needs a token that a model with a vocabulary of `vocabSize` rows lacks.
 */
export function checkVocabulary(template: Template, vocabSize: number): void {
  const { tokenizer } = template
  // A slot's token may be unknown without ending here (the unknown token stands in for it); in training that is never meant.
  const spelled = slotsOf(template.row).flatMap((slot) => (typeof slot === 'object' && 'token' in slot ? slot.token : []))
  const beyond = [...spelled, ...template.added, tokenizer.eos?.text ?? '', tokenizer.pad?.text ?? ''].find((token) => {
    return token !== '' && (tokenizer.idOf(token) ?? Infinity) >= vocabSize
  })
  if (beyond !== undefined) throw new UserError('template_token_missing', { template: template.name, token: beyond }, 'template')
}

function rowNamed(name: string): TemplateRow {
  if (Object.hasOwn(templates, name)) return templates[name as keyof typeof templates]
  throw new UserError('template_unknown', { template: name, nearest: nearest(name, templateNames) }, 'template')
}

function fillRow(row: TemplateRow | null | undefined, options: TemplateOptions): FilledRow {
  if (!row) throw new UserError('missing_key', { key: 'template' }, 'template')
  const efficient_eos = row.efficient_eos ?? false
  const content: Slot[] = ['{{content}}']
  const answer = efficient_eos ? content : [...content, EOS]
  const assistant = row.assistant ?? answer
  const user = row.user ?? content
  const format = options.tool_format ? toolFormatName(options.tool_format) : null
  return {
    prefix: row.prefix ?? [],
    system: row.system ?? content,
    user,
    assistant,
    observation: row.observation ?? user,
    calls: format ?? row.calls ?? 'default',
    call: format ? answer : (row.call ?? assistant),
    tools: format ?? row.tools ?? 'default',
    default_system: options.default_system ?? row.default_system ?? '',
    always_system: row.always_system ?? false,
    stop: row.stop ?? [],
    thought: row.thought ?? ['<think>\n', '\n</think>\n\n'],
    call_words: row.call_words ?? ['<tool_call>', '</tool_call>'],
    efficient_eos,
    replace_eos: row.replace_eos ?? false,
    replace_jinja_template: row.replace_jinja_template ?? false,
    kind: row.kind ?? 'plain',
  }
}

function toolFormatName(name: string): ToolFormatName {
  if (Object.hasOwn(toolFormats, name)) return name as ToolFormatName
  throw new UserError('not_an_option', { key: 'tool_format', value: name, options: Object.keys(toolFormats).join(', ') }, 'tool_format')
}

const slotsOf = (row: FilledRow): Slot[] => [row.prefix, row.system, row.user, row.assistant, row.observation, row.call].flat()

/** LLaMA-Factory's `fix_special_tokens`: eos by the template's first stop word, an eos and a pad where there is none, stop words as special tokens. */
function fixTokenizer(tokenizer: Tokenizer, row: FilledRow): Tokenizer {
  const [first, ...rest] = row.replace_eos ? row.stop : [null, ...row.stop]
  let fixed = tokenizer
  if (first && first !== fixed.eos?.text) fixed = fixed.withTokens({ eos: first }, [], 'replace')
  if (!fixed.eos) fixed = fixed.withTokens({ eos: '<|endoftext|>' }, [], 'replace')
  if (!fixed.pad) fixed = fixed.withTokens({ pad: fixed.eos?.text }, [], 'keep')
  return rest.length > 0 ? fixed.withTokens({}, rest.filter((token) => token !== null), 'replace') : fixed
}

type MessageEncoder = (messages: readonly Message[], system: string, tools: string) => number[][]

/** Ids of each message, the first with the prefix and the system text. */
function messageEncoder(name: string, row: FilledRow, tokenizer: Tokenizer, today: () => Date): MessageEncoder {
  const toIds = (slots: readonly Slot[]) => {
    const ids: number[] = []
    for (const slot of slots) for (const id of slotIds(name, slot, tokenizer)) ids.push(id)
    return ids
  }
  return (messages, system, tools) => {
    const own = system || row.default_system
    const head = own || tools || row.always_system ? put(row.system, own + (tools ? toolText(row, tools, today()) : '')) : []
    const fused = row.kind === 'fused_system'
    return messages.map((message, i) => {
      if (i > 0) return toIds(messageSlots(row, message, ''))
      const lead = fused && typeof head[0] === 'string' ? head[0] : ''
      return toIds([...row.prefix, ...(fused ? [] : head), ...messageSlots(row, message, lead)])
    })
  }
}

/** `lead` is the system text of a fused template; it goes into a user's message only. */
function messageSlots(row: FilledRow, message: Message, lead: string): Slot[] {
  switch (message.role) {
    case 'user':
      return put(row.user, lead + message.content)
    case 'assistant':
      return put(row.assistant, message.content)
    case 'observation':
      return put(row.observation, message.content)
    case 'function':
      return put(row.call, (message.before ?? '') + writeCalls(row, message.content))
  }
}

/** The content goes where the slots say so, once per slot, and is not looked at again: `{{name}}` in it stays as it is. */
function put(slots: readonly Slot[], content: string): Slot[] {
  return slots.map((slot) => (typeof slot === 'string' ? slot.replace('{{content}}', () => content) : slot))
}

/** A token by its spelling falls back on the unknown token, as in the reference; where there is none, it is the user's fault. */
function slotIds(template: string, slot: Slot, tokenizer: Tokenizer): number[] {
  if (typeof slot === 'string') return slot === '' ? [] : tokenizer.encode(slot)
  if ('role' in slot) return [tokenizer[slot.role]?.id ?? []].flat()
  const id = tokenizer.idOf(slot.token) ?? tokenizer.unk?.id
  if (id === undefined) throw new UserError('template_token_missing', { template, token: slot.token }, 'template')
  return [id]
}

/** The text about the tools; UserError tools_invalid where it is not a JSON list of tools. */
function toolText(row: FilledRow, tools: string, today: Date): string {
  const format = row.tools
  if (typeof format !== 'string') {
    const [first] = put(format, tools)
    return typeof first === 'string' ? first : ''
  }
  const list = parseTools(tools)
  return list.length > 0 ? toolFormats[format].describe(list, today) : ''
}
