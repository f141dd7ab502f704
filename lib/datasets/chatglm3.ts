/**
 * Rows in the format of ChatGLM3's own fine-tuning: `conversations` of the roles system, user, assistant, tool and observation, and `tools`. A `tool`
 * message is a call with its name and `parameters` and, in `observation`, what it gave; the assistant's text before it is the thought that leads to it. An
 * addition to the formats of LLaMA-Factory, so parameters keep the shape that they have in their row.
 */
import { type Aligned, answers, column, conversation, learning, orderProblems, orEmpty, type RawMessage, textIn, wrongKind } from '@/lib/datasets/align'
import type { DatasetSource } from '@/lib/datasets/info'
import { dumpJson, type PyObject, type PyValue } from '@/lib/pyjson'

const CALL = 'tool'

export function alignChatglm3(record: PyObject, source: DatasetSource): Aligned {
  const { messages, path, system } = conversation(record, source)
  const first = system === undefined ? 0 : 1
  const aligned: RawMessage[] = []
  for (const [i, message] of messages.entries()) {
    const at = `${path}[${i + first}]`
    if (!(message instanceof Map)) throw wrongKind(at, message, 'kind_object')
    const role = textIn(column(message, 'role', `${at}.role`), `${at}.role`)
    if (role === CALL) aligned.push(...callMessages(message, at, aligned))
    else aligned.push({ role, content: column(message, 'content', `${at}.content`), ...learning(message, at) })
  }
  const broken = orderProblems(aligned, source.ranking)
  return { ...answers(record, source, aligned, broken), system: system ?? orEmpty(record, source.columns.system), tools: asText(orEmpty(record, source.columns.tools)), broken }
}

/** The call, with the thought before it taken from the end of `aligned`, and its result where there is one. */
function callMessages(message: PyObject, at: string, aligned: RawMessage[]): RawMessage[] {
  const name = textIn(column(message, 'name', `${at}.name`), `${at}.name`)
  const content = dumpJson(new Map<string, PyValue>([['name', name], ['arguments', message.get('parameters') ?? new Map()]]))
  const thought = aligned.at(-1)?.role === 'assistant' ? aligned.pop() : undefined
  const flags = [thought?.learned, learning(message, at).learned].filter((flag) => flag !== undefined)
  const call: RawMessage = {
    role: 'function',
    content,
    ...(thought && { before: `${textIn(thought.content, at)}\n` }),
    ...(flags.length > 0 && { learned: !flags.includes(false) }),
  }
  const result = message.get('observation') ?? null
  return result === null ? [call] : [call, { role: 'observation', content: asText(result) }]
}

/** A text as it is, anything else as JSON; nothing is the empty text. */
function asText(value: PyValue): string {
  if (value === null) return ''
  return typeof value === 'string' ? value : dumpJson(value)
}
