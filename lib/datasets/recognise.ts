/**
 * What the first rows of a file look like: its columns with the kind of value in each, and the mapping that reads them as one of the known formats.
 * A guess to begin with, which a person can change; nothing is decided by it alone. Left out: pictures, films, sounds.
 */
import { type Columns, defaultsOf, type Tags } from '@/lib/datasets/info'
import { type DatasetKind, hasTags, kindOf, type Mapping, noColumns } from '@/lib/datasets/mapping'
import { PyNumber, type PyObject, type PyValue } from '@/lib/pyjson'

export const columnKinds = ['text', 'number', 'boolean', 'messages', 'message', 'pairs', 'list', 'object', 'mixed', 'empty'] as const
export type ColumnKind = (typeof columnKinds)[number]

export interface Column {
  name: string
  kind: ColumnKind
}

export interface Recognition {
  /** Null: the columns fit no format. */
  kind: DatasetKind | null
  columns: Column[]
  /** Words that stand for roles in the messages, in the order of their first use. */
  words: string[]
  mapping: Mapping
}

const defaultTags = defaultsOf('sharegpt').tags

const roleKeys = ['from', 'role']
const contentKeys = ['value', 'content', 'text']

/** Names that columns have in the field, the likeliest first. */
const names = {
  messages: ['conversations', 'messages', 'conversation', 'dialogue', 'dialog', 'chat', 'turns', '对话'],
  prompt: ['instruction', 'prompt', 'question', 'query', 'problem', 'user', 'human', 'input', '指令', '问题', '提问', '输入'],
  query: ['input', 'context', 'query', '输入', '上下文'],
  response: ['output', 'response', 'answer', 'completion', 'solution', 'assistant', 'target', 'reply', '输出', '回答', '答案', '回复'],
  system: ['system', 'system_prompt', '系统'],
  tools: ['tools', 'functions'],
  history: ['history'],
  chosen: ['chosen'],
  rejected: ['rejected'],
  kto_tag: ['kto_tag', 'label', 'desirable'],
  text: ['text', 'content', 'document', 'body', '文本', '内容'],
} as const

/** Words that mark a role, by the tag that they stand for. */
const roleWords: Partial<Record<keyof Tags, readonly string[]>> = {
  user_tag: ['human', 'user', 'prompter', 'question', '用户'],
  assistant_tag: ['gpt', 'assistant', 'bot', 'model', 'chatgpt', 'answer', '助手'],
  observation_tag: ['observation', 'tool', 'function_response', 'tool_response', 'ipython'],
  function_tag: ['function_call', 'tool_call'],
  system_tag: ['system'],
}

export function recognise(rows: readonly PyObject[]): Recognition {
  const columns = columnsOf(rows)
  const find = finder(columns)
  const messages = find('messages', ['messages']) ?? columns.find(({ kind, name }) => kind === 'messages' && name !== 'chosen' && name !== 'rejected')?.name ?? null
  const turns = messages === null ? [] : rows.flatMap((row) => turnsOf(row.get(messages)))
  const words = [...new Set(turns.flatMap((turn) => wordOf(turn) ?? []))]
  const found = messages === null ? (answered(find) ?? plainText(columns, find)) : conversation(messages, turns, words, find)
  return { kind: found === null ? null : kindOf(found), columns, words, mapping: found ?? mapping('alpaca', false, {}) }
}

type Find = (what: keyof typeof names, kinds: readonly ColumnKind[], taken?: readonly (string | null)[]) => string | null

/** Looks a column up by its usual names, whatever their case, and by the kind of its values. */
function finder(columns: readonly Column[]): Find {
  return (what, kinds, taken = []) => {
    const fit = columns.filter(({ kind, name }) => kinds.includes(kind) && !taken.includes(name))
    const known = names[what].find((word) => fit.some(({ name }) => name.toLowerCase() === word))
    return fit.find(({ name }) => name.toLowerCase() === known)?.name ?? null
  }
}

const mapping = (formatting: Mapping['formatting'], ranking: boolean, columns: Partial<Columns>, tags: Tags = defaultTags): Mapping => ({
  formatting, ranking, columns: { ...noColumns, ...columns }, tags: { ...tags },
})

function conversation(messages: string, turns: readonly PyObject[], words: readonly string[], find: Find): Mapping {
  const kto_tag = find('kto_tag', ['boolean'])
  const [chosen, rejected] = [find('chosen', ['message']), find('rejected', ['message'])]
  const ranking = chosen !== null && rejected !== null
  const columns = { messages, system: find('system', ['text', 'empty']), tools: find('tools', ['text', 'list', 'object', 'empty', 'mixed']) }
  const formatting = turns.some((turn) => turn.get('role') === 'tool' && turn.has('parameters')) ? 'chatglm3' : turns.some((turn) => turn.has('tool_calls')) ? 'openai' : 'sharegpt'
  const answers = ranking ? { chosen, rejected } : { kto_tag }
  return mapping(formatting, ranking, { ...columns, ...answers }, hasTags(formatting) ? tagsOf(turns, words) : defaultsOf(formatting).tags)
}

/** The default tags where the words are theirs; a role that the words do not show keeps its default where the keys are the default ones. */
function tagsOf(turns: readonly PyObject[], words: readonly string[]): Tags {
  const keyOf = (keys: readonly string[], fallback: string | null) => keys.find((key) => turns.some((turn) => turn.has(key))) ?? fallback
  const role_tag = keyOf(roleKeys, defaultTags.role_tag)
  const content_tag = keyOf(contentKeys, defaultTags.content_tag)
  const usual = role_tag === defaultTags.role_tag && content_tag === defaultTags.content_tag
  const word = (tag: keyof Tags) => words.find((one) => roleWords[tag]?.includes(one.toLowerCase())) ?? null
  const fallback: Tags = usual ? defaultTags : { ...defaultTags, user_tag: 'user', assistant_tag: 'assistant', observation_tag: 'tool', function_tag: 'function_call' }
  const roles = (['user_tag', 'assistant_tag', 'observation_tag', 'function_tag', 'system_tag'] as const).map((tag) => [tag, word(tag) ?? fallback[tag]])
  return { ...fallback, ...Object.fromEntries(roles), role_tag, content_tag }
}

/** A question and its answer, or a pair of answers, in columns of their own. */
function answered(find: Find): Mapping | null {
  const shared = { system: find('system', ['text', 'empty']), tools: find('tools', ['text', 'list', 'object', 'mixed']), history: find('history', ['pairs', 'empty']) }
  const prompt = find('prompt', ['text'])
  const response = find('response', ['text'], [prompt])
  const query = find('query', ['text', 'empty'], [prompt, response])
  const [chosen, rejected] = [find('chosen', ['text']), find('rejected', ['text'])]
  if (prompt !== null && chosen !== null && rejected !== null) return mapping('alpaca', true, { ...shared, prompt, query, chosen, rejected })
  return prompt === null || response === null ? null : mapping('alpaca', false, { ...shared, prompt, query, response, kto_tag: find('kto_tag', ['boolean']) })
}

function plainText(columns: readonly Column[], find: Find): Mapping | null {
  const texts = columns.filter(({ kind }) => kind === 'text')
  const text = find('text', ['text']) ?? (texts.length === 1 ? texts[0].name : null)
  return text === null ? null : mapping('alpaca', false, { prompt: text })
}

/** All columns of the rows, in the order of their first appearance. */
function columnsOf(rows: readonly PyObject[]): Column[] {
  const kinds = new Map<string, Set<ColumnKind>>()
  for (const row of rows) {
    for (const [name, value] of row) {
      const seen = kinds.get(name) ?? new Set()
      kinds.set(name, seen.add(columnKindOf(value)))
    }
  }
  return [...kinds].map(([name, seen]) => {
    seen.delete('empty')
    return { name, kind: seen.size === 0 ? 'empty' : seen.size === 1 ? [...seen][0] : 'mixed' }
  })
}

function columnKindOf(value: PyValue): ColumnKind {
  if (value === null) return 'empty'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'boolean') return 'boolean'
  if (value instanceof PyNumber) return 'number'
  if (value instanceof Map) return isTurn(value) ? 'message' : 'object'
  if (value.length === 0) return 'empty'
  if (value.every(isTurn)) return 'messages'
  return value.every((item) => Array.isArray(item) && item.length === 2) ? 'pairs' : 'list'
}

const isTurn = (value: PyValue): value is PyObject => value instanceof Map && roleKeys.some((key) => value.has(key))

const turnsOf = (value: PyValue | undefined): PyObject[] => (Array.isArray(value) ? value.filter(isTurn) : [])

function wordOf(turn: PyObject): string | null {
  const word = roleKeys.map((key) => turn.get(key)).find((value) => typeof value === 'string')
  return typeof word === 'string' ? word : null
}
