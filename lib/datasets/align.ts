/**
 * A raw row to prompt and response in aligned roles, the three formats of LLaMA-Factory 0.9.5 (`data/converter.py`). Contents are passed on as they
 * are found; whether they can be learned from is example.ts's question, which format a dataset has is formats.ts's. Left out: images, videos, audios.
 */
import type { DatasetSource } from '@/lib/datasets/info'
import { type FaultValue, type Problem, problem } from '@/lib/errors'
import { dumpJson, PyNumber, type PyObject, type PyValue } from '@/lib/pyjson'
import { truthy } from '@/lib/templates/python'

export interface RawMessage {
  role: string
  content: PyValue
  /** Text before the calls of a message that makes some. */
  before?: string
  /** What the message itself says about being learned; absent where it says nothing. */
  learned?: boolean
}

export interface Aligned {
  prompt: RawMessage[]
  response: RawMessage[]
  system: PyValue
  tools: PyValue
  /** Why the conversation is not usable; LLaMA-Factory warns and later drops such a row. */
  broken: Problem[]
}

/** A row of the wrong shape; LLaMA-Factory stops with an exception there. `column` may be a path such as `conversations[2].value`, or a turn. */
export class RowError extends Error {
  constructor(
    readonly column: FaultValue,
    /** Null: the column is missing. */
    readonly problem: FaultValue | null,
  ) {
    super(`${JSON.stringify(column)}: ${problem === null ? 'missing' : JSON.stringify(problem)}`)
    this.name = 'RowError'
  }
}

export function kindOf(value: PyValue): FaultValue {
  if (value === null) return 'null'
  if (typeof value === 'string') return problem('kind_text')
  if (typeof value === 'boolean') return problem('kind_boolean')
  if (Array.isArray(value)) return problem('kind_list')
  return problem(value instanceof Map ? 'kind_object' : 'kind_number')
}

/** The error of a value of another kind than the one that is needed. */
export const wrongKind = (column: FaultValue, value: PyValue, wanted: 'kind_text' | 'kind_boolean' | 'kind_object' | 'kind_messages' | 'kind_calls'): RowError =>
  new RowError(column, problem('must_be', { found: kindOf(value), wanted: problem(wanted) }))

export function column(record: PyObject, name: string, path = name): PyValue {
  const value = record.get(name)
  if (value === undefined) throw new RowError(path, null)
  return value
}

/** A column that the dataset may not have. */
function optional(record: PyObject, name: string | null): PyValue {
  return name ? column(record, name) : ''
}

export function textIn(value: PyValue, path: string): string {
  if (typeof value === 'string') return value
  throw wrongKind(path, value, 'kind_text')
}

const user = (content: PyValue): RawMessage => ({ role: 'user', content })
const assistant = (content: PyValue): RawMessage => ({ role: 'assistant', content })

export function alignAlpaca(record: PyObject, { columns, ranking }: DatasetSource): Aligned {
  const history = columns.history ? column(record, columns.history) : null
  const prompt = Array.isArray(history) ? history.flatMap((pair, i) => historyTurn(pair, `${columns.history}[${i}]`)) : []
  const parts = [columns.prompt, columns.query].flatMap((name) => {
    const value = name ? column(record, name) : null
    return name && truthy(value) ? [textIn(value, name)] : []
  })
  prompt.push(user(parts.join('\n')))
  const response = ktoPair(record, columns.kto_tag, () => [assistant(ratedAnswer(record, columns.response))]) ?? alpacaResponse(record, columns, ranking)
  return { prompt, response, system: optional(record, columns.system), tools: optional(record, columns.tools), broken: [] }
}

function ratedAnswer(record: PyObject, name: string | null): PyValue {
  if (!name) throw new RowError('response', problem('row_kto_column'))
  return column(record, name)
}

function historyTurn(pair: PyValue, path: string): RawMessage[] {
  if (!Array.isArray(pair) || pair.length !== 2) throw new RowError(path, problem('row_pair'))
  return [user(pair[0]), assistant(pair[1])]
}

function alpacaResponse(record: PyObject, columns: DatasetSource['columns'], ranking: boolean): RawMessage[] {
  if (ranking) {
    const pair = rankedPair(record, columns, (answer) => typeof answer === 'string')
    if (pair) return pair.map(({ value }) => assistant(value))
  }
  const answer = columns.response ? column(record, columns.response) : null
  return typeof answer === 'string' ? [assistant(answer)] : []
}

/** The answer beside an empty one: first when the label says good, second when it says bad. Null without a true or false label. */
function ktoPair(record: PyObject, tag: string | null, answer: () => RawMessage[]): RawMessage[] | null {
  const label = tag ? column(record, tag) : null
  if (typeof label !== 'boolean') return null
  return label ? [...answer(), assistant('')] : [assistant(''), ...answer()]
}

interface Conversation {
  messages: PyValue[]
  path: string
  system: PyValue | undefined
}

/** The messages of a row, without a leading system message, whose text is returned instead. */
export function conversation(record: PyObject, source: DatasetSource): Conversation {
  const path = source.columns.messages
  if (!path) throw new RowError('messages', problem('row_messages_column'))
  const all = column(record, path)
  if (!Array.isArray(all)) throw wrongKind(path, all, 'kind_messages')
  const { system_tag } = source.tags
  if (system_tag && all.length > 0 && field(all[0], source, 'role_tag', `${path}[0]`) === system_tag) {
    return { messages: all.slice(1), path, system: field(all[0], source, 'content_tag', `${path}[0]`) }
  }
  return { messages: all, path, system: undefined }
}

/** The role or content of a message. */
function field(message: PyValue, source: DatasetSource, tag: 'role_tag' | 'content_tag', path: string): PyValue {
  const name = source.tags[tag]
  if (!name) throw new RowError(tag, problem('row_tag'))
  if (!(message instanceof Map)) throw wrongKind(path, message, 'kind_object')
  return column(message, name, `${path}.${name}`)
}

const ODD_ROLES = ['user', 'observation']
const EVEN_ROLES = ['assistant', 'function']

/** Whether a role may stand at place `i`: questions and answers take turns. */
const fits = (role: string | null, i: number): boolean => role !== null && (i % 2 === 0 ? ODD_ROLES : EVEN_ROLES).includes(role)

/** Why a conversation's roles are out of order, with the place of the first that is. */
export function orderProblems(aligned: readonly RawMessage[], ranking: boolean): Problem[] {
  const wrong = aligned.findIndex(({ role }, i) => !fits(role, i))
  const place = problem('row_turn', { turn: wrong + 1 })
  return [...(wrong < 0 ? [] : [wrongRole(place, aligned[wrong].role, wrong)]), ...countProblem(aligned.length, ranking)]
}

/**
 * What a message says about being learned: `loss` (true or false, ChatGLM3's key) or `weight` (0 or 1, OpenAI's). An addition to the reference, which
 * passes such keys over.
 */
export function learning(message: PyValue, path: string): Pick<RawMessage, 'learned'> {
  if (!(message instanceof Map)) return {}
  const loss = message.get('loss') ?? null
  if (typeof loss === 'boolean') return { learned: loss }
  if (loss !== null) throw wrongKind(`${path}.loss`, loss, 'kind_boolean')
  const weight = message.get('weight') ?? null
  if (weight === null) return {}
  if (weight instanceof PyNumber && (weight.value === 0 || weight.value === 1)) return { learned: weight.value === 1 }
  throw new RowError(`${path}.weight`, problem('must_be', { found: dumpJson(weight), wanted: '0 / 1' }))
}

/** The aligned role that a tag stands for; null for a word that is no tag. */
function roleOf(word: PyValue, { tags }: DatasetSource): string | null {
  if (typeof word !== 'string') return null
  // Later tags win over earlier ones, as in the reference's mapping.
  const table: [string | null, string][] = [
    [tags.system_tag, 'system'],
    [tags.function_tag, 'function'],
    [tags.observation_tag, 'observation'],
    [tags.assistant_tag, 'assistant'],
    [tags.user_tag, 'user'],
  ]
  return table.find(([tag]) => tag === word)?.[1] ?? null
}

export function countProblem(count: number, ranking: boolean): Problem[] {
  if (ranking) return count % 2 === 0 ? [problem('row_count_ranking')] : []
  return count % 2 !== 0 ? [problem('row_count')] : []
}

export function alignSharegpt(record: PyObject, source: DatasetSource): Aligned {
  const { messages, path, system } = conversation(record, source)
  const columnSystem = system === undefined ? optional(record, source.columns.system) : system
  const first = system === undefined ? 0 : 1
  const aligned: RawMessage[] = []
  const broken: Problem[] = []
  for (const [i, message] of messages.entries()) {
    const at = `${path}[${i + first}]`
    const word = field(message, source, 'role_tag', at)
    const role = roleOf(word, source)
    if (role === null || !fits(role, i)) {
      broken.push(wrongRole(at, word, i))
      break
    }
    aligned.push({ role, content: field(message, source, 'content_tag', at), ...learning(message, at) })
  }
  broken.push(...countProblem(aligned.length, source.ranking))
  return { ...answers(record, source, aligned, broken), system: columnSystem, tools: optional(record, source.columns.tools), broken }
}

export function wrongRole(place: FaultValue, word: PyValue, i: number): Problem {
  return problem(i % 2 === 0 ? 'row_not_question' : 'row_not_answer', { place, role: dumpJson(word) })
}

/** Splits a conversation into prompt and response(s); nothing of a broken one is kept. */
export function answers(record: PyObject, source: DatasetSource, aligned: RawMessage[], broken: Problem[]): Pick<Aligned, 'prompt' | 'response'> {
  if (broken.length > 0) return { prompt: [], response: [] }
  const kto = ktoPair(record, source.columns.kto_tag, () => aligned.slice(-1))
  if (kto) return { prompt: aligned.slice(0, -1), response: kto }
  if (source.ranking) {
    const pair = rankedPair(record, source.columns, (answer) => answer instanceof Map)
    if (pair) return { prompt: aligned, response: pair.map(({ name, value }) => rankedAnswer(value, name, source, broken)) }
  }
  return { prompt: aligned.slice(0, -1), response: aligned.slice(-1) }
}

/** Chosen and rejected answer, or null where one is not of the right kind (the second is not looked at when the first is not). */
function rankedPair(record: PyObject, columns: DatasetSource['columns'], fits: (value: PyValue) => boolean): { name: string; value: PyValue }[] | null {
  const pair: { name: string; value: PyValue }[] = []
  for (const key of ['chosen', 'rejected'] as const) {
    const name = columns[key]
    if (!name) throw new RowError(key, problem('row_ranking_column'))
    const value = column(record, name)
    if (!fits(value)) return null
    pair.push({ name, value })
  }
  return pair
}

function rankedAnswer(value: PyValue, name: string, source: DatasetSource, broken: Problem[]): RawMessage {
  const word = field(value, source, 'role_tag', name)
  const role = roleOf(word, source)
  if (role === null) throw new RowError(`${name}.${source.tags.role_tag}`, problem('row_role_unknown', { role: dumpJson(word) }))
  if (!EVEN_ROLES.includes(role)) broken.push(wrongRole(name, word, 1))
  return { role, content: field(value, source, 'content_tag', name) }
}

/** What LLaMA-Factory adds to the system text of rows in this format, for models whose thinking is switched there. */
const THINKING_OFF = 'detailed thinking off'

export function alignOpenai(record: PyObject, source: DatasetSource): Aligned {
  const { messages, path, system } = conversation(record, source)
  const own = system === undefined ? orEmpty(record, source.columns.system) : system
  const aligned = openaiMessages(messages, source, path, system === undefined ? 0 : 1)
  const broken = orderProblems(aligned, source.ranking)
  const listed = orEmpty(record, source.columns.tools)
  const tools = Array.isArray(listed) || listed instanceof Map ? dumpJson(listed) : listed
  return { ...answers(record, source, aligned, broken), system: openaiSystem(own, tools), tools, broken }
}

/** A column that a row may lack. */
export function orEmpty(record: PyObject, name: string | null): PyValue {
  const value = name ? record.get(name) : undefined
  return value === undefined ? '' : value
}

function openaiSystem(system: PyValue, tools: PyValue): PyValue {
  if (!truthy(system)) return truthy(tools) ? system : THINKING_OFF
  const text = textIn(system, 'system')
  if (truthy(tools)) return `${text}\n`
  return text.includes('detailed thinking on') || text.includes(THINKING_OFF) ? text : `${text}\n${THINKING_OFF}`
}

/** Neighbouring tool results become one observation; a message with tool calls becomes a function message holding them. */
function openaiMessages(messages: PyValue[], source: DatasetSource, path: string, first: number): RawMessage[] {
  const { tags } = source
  const aligned: RawMessage[] = []
  let results: string[] = []
  for (const [i, message] of messages.entries()) {
    const at = `${path}[${i + first}]`
    let word = field(message, source, 'role_tag', at)
    let content = field(message, source, 'content_tag', at)
    const calls = message instanceof Map ? message.get('tool_calls') : undefined
    if ((word === tags.assistant_tag || word === tags.function_tag) && truthy(calls)) {
      content = dumpJson(callFunctions(calls ?? null, `${at}.tool_calls`))
      word = tags.function_tag
    }
    if (word === tags.observation_tag) {
      results.push(textIn(content, at))
      continue
    }
    if (results.length > 0) aligned.push({ role: 'observation', content: results.join('\n</tool_response>\n<tool_response>\n') })
    results = []
    const role = roleOf(word, source)
    if (role === null) throw new RowError(`${at}.${tags.role_tag}`, problem('row_role_unknown', { role: dumpJson(word) }))
    aligned.push({ role, content, ...learning(message, at) })
  }
  return aligned
}

function callFunctions(calls: PyValue, path: string): PyValue[] {
  if (!Array.isArray(calls)) throw wrongKind(path, calls, 'kind_calls')
  return calls.map((call, i) => {
    if (!(call instanceof Map)) throw wrongKind(`${path}[${i}]`, call, 'kind_object')
    return column(call, 'function', `${path}[${i}].function`)
  })
}
