/**
 * How an answer of a tool-call set compares with the dataset's: of calls, whether one could be read, names the right tool and gives the right arguments; of
 * questions asked back for something that is missing, whether the answer asks, too. What a call looks like in a text is the template's tool format's.
 */
import type { Message } from '@/lib/datasets/example'
import { dumpJson, parseJson, type PyValue } from '@/lib/pyjson'
import type { ToolCall } from '@/lib/templates/tools/format'

export type CallVerdict =
  /** The dataset calls: the answer holds calls that can be read; the same tools in the same order; with the same arguments. */
  | { kind: 'call'; json: boolean; name: boolean; arguments: boolean }
  /** The dataset asks back. */
  | { kind: 'question'; asked: boolean }

const asks = (text: string): boolean => /[?？]\s*$/.test(text)

/**
 * What an answer is judged by; null for an answer of another kind (a summary of what a tool gave).
 * @param before the message that is answered
 */
export function expectation(answer: Message, before: Message, tools: string): CallVerdict['kind'] | null {
  if (answer.role === 'function') return 'call'
  return tools !== '' && before.role === 'user' && asks(answer.content) ? 'question' : null
}

/** @param read the calls in a text, or the text itself where there are none */
export function judgeCalls(kind: CallVerdict['kind'], prediction: string, label: string, read: (text: string) => ToolCall[] | string): CallVerdict {
  const found = read(prediction)
  if (kind === 'question') return { kind, asked: typeof found === 'string' && asks(found) }
  const wanted = read(label)
  if (typeof found === 'string' || typeof wanted === 'string') return { kind, json: typeof found !== 'string', name: false, arguments: false }
  const name = found.length === wanted.length && found.every((call, i) => call.name === wanted[i].name)
  return { kind, json: true, name, arguments: name && found.every((call, i) => sameArguments(call, wanted[i])) }
}

/** Equal as JSON values, whatever the order of their keys. */
const sameArguments = (a: ToolCall, b: ToolCall): boolean => sorted(parseJson(a.arguments)) === sorted(parseJson(b.arguments))

function sorted(value: PyValue): string {
  if (value instanceof Map) return `{${[...value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => `${JSON.stringify(key)}:${sorted(inner)}`).join()}}`
  return Array.isArray(value) ? `[${value.map(sorted).join()}]` : dumpJson(value)
}

/** Shares in percent, under the names of the result file; none where the set has no such answers. */
export function callShares(verdicts: readonly CallVerdict[]): Record<string, number> {
  const calls = verdicts.filter((verdict) => verdict.kind === 'call')
  const questions = verdicts.filter((verdict) => verdict.kind === 'question')
  const share = (hits: number, of: number) => Number(((100 * hits) / of).toFixed(4))
  return {
    ...(calls.length > 0 && {
      call_json: share(calls.filter(({ json }) => json).length, calls.length),
      call_name: share(calls.filter(({ name }) => name).length, calls.length),
      call_arguments: share(calls.filter((call) => call.arguments).length, calls.length),
    }),
    ...(questions.length > 0 && { asked_back: share(questions.filter(({ asked }) => asked).length, questions.length) }),
  }
}
