/**
 * What reasoning templates do with thoughts: earlier ones are dropped, answers without one get an empty one. LLaMA-Factory 0.9.5,
 * `ReasoningTemplate` and `Glm47ReasoningTemplate`. Other templates leave messages as they are.
 */
import type { Message } from '@/lib/datasets/example'
import type { FilledRow, TemplateOptions, Turn } from '@/lib/templates/row'
import { between } from '@/lib/templates/write-calls'
import type { Tokenizer } from '@/lib/text/tokenizer'

export interface ThoughtRules {
  beforeOneturn(messages: readonly Message[]): readonly Message[]
  afterOneturn(messages: readonly Message[], turn: Turn): Turn
  beforeMultiturn(messages: readonly Message[], discardHistory: boolean): readonly Message[]
  afterMultiturn(messages: readonly Message[], turns: Turn[], discardHistory: boolean): Turn[]
}

const untouched: ThoughtRules = {
  beforeOneturn: (messages) => messages,
  afterOneturn: (_, turn) => turn,
  beforeMultiturn: (messages) => messages,
  afterMultiturn: (_, turns) => turns,
}

export function thoughtRules(row: FilledRow, options: TemplateOptions, tokenizer: Tokenizer): ThoughtRules {
  if (row.kind !== 'reasoning' && row.kind !== 'reasoning_close') return untouched
  const [start, end] = row.thought
  const enabled = options.enable_thinking === undefined ? true : options.enable_thinking
  const marks = [start, end].map((mark) => mark.trim())
  const empty = tokenizer.encode(row.kind === 'reasoning_close' ? end : start + end)
  const without = (text: string) => text.replace(between(row.thought, 'g'), '').replace(/^\n+/, '')
  const remove = ({ before, ...message }: Message): Message => ({ ...message, content: without(message.content), ...(before !== undefined && { before: without(before) }) })
  /** Removes the thoughts of answers (odd places) before place `stop`. */
  const removeBefore = (messages: readonly Message[], stop: number) => messages.map((message, i) => (i % 2 === 1 && i < stop ? remove(message) : message))
  /** An empty thought where the answer has none: given, unless thinking is on; then it is to be answered. */
  const fill = (answer: Message, turn: Turn): Turn => {
    if (marks.some((mark) => ((answer.before ?? '') + answer.content).includes(mark))) return turn
    return enabled ? { prompt: turn.prompt, response: [...empty, ...turn.response] } : { prompt: [...turn.prompt, ...empty], response: turn.response }
  }
  return {
    beforeOneturn(messages) {
      const kept = options.preserve_thinking ? [...messages] : removeBefore(messages, messages.length - 2)
      const last = kept.length - 1
      return enabled === false ? kept.map((message, i) => (i === last ? remove(message) : message)) : kept
    },
    afterOneturn: (messages, turn) => fill(messages[messages.length - 1], turn),
    beforeMultiturn(messages, discardHistory) {
      const kept = enabled === false ? removeBefore(messages, messages.length) : messages
      return discardHistory ? removeBefore(kept, messages.length - 2) : kept
    },
    afterMultiturn(messages, turns, discardHistory) {
      return turns.map((turn, i) => (discardHistory && i < turns.length - 1 ? turn : fill(messages[2 * i + 1], turn)))
    },
  }
}
