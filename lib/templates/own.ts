/**
 * A template row from a model's own chat template: how it writes questions, answers and the system text is seen in renderings of probe messages, as
 * LLaMA-Factory's `parse_template` does. Beyond it, the row is compared with the template on conversations of several turns, and what a row cannot say is
 * refused. As there, tool calls are told and written in the default format, since a template does not say how it is read.
 */
import { problem, Unusable } from '@/lib/errors'
import type { Render } from '@/lib/templates/jinja'
import type { TemplateKind, TemplateRow } from '@/lib/templates/row'
import type { Tokenizer } from '@/lib/text/tokenizer'

interface Said {
  role: 'system' | 'user' | 'assistant'
  content: string
}

/** Unlikely in any template, and without anything that one might take away or look for. */
const SYSTEM: Said = { role: 'system', content: 'Probe-system-text' }
const [ASK, ASK_AGAIN]: Said[] = ['Probe-first-question', 'Probe-second-question'].map((content) => ({ role: 'user', content }))
const [ANSWER, ANSWER_AGAIN]: Said[] = ['Probe-first-answer', 'Probe-second-answer'].map((content) => ({ role: 'assistant', content }))

/** Renders messages, with the beginning of an answer or without. */
type Probe = (messages: readonly Said[], generate: boolean) => string

const SLOT = '{{content}}'

/** Unusable: the template fails, or does what a row cannot. */
export function ownRow(render: Render, tokenizer: Tokenizer): TemplateRow {
  const { bos, eos, pad, unk } = tokenizer
  const tokens = { bos_token: bos?.text, eos_token: eos?.text, pad_token: pad?.text, unk_token: unk?.text }
  const probe: Probe = (messages, add_generation_prompt) => render({ messages, add_generation_prompt, ...tokens })
  const turns = probeTurns(probe)
  const seen = seenSystem(probe)
  const system = systemPart(seen, turns, [tokenizer.decode(tokenizer.encode('', true)), bos?.text ?? ''])
  const { before, after, start, end, kind } = turns
  const closing = end.trim()
  const row: TemplateRow = {
    ...system,
    user: [before + SLOT + after],
    assistant: [start + SLOT + end],
    // Where nothing ends an answer, the model would never learn to: eos does, once at the end of the text.
    ...(end === '' && { efficient_eos: true }),
    ...(closing !== eos?.text && tokenizer.idOf(closing) !== null && { stop: [closing] }),
    kind: kind === 'reasoning' ? kind : (system.kind ?? 'plain'),
  }
  compare(probe, row, seen !== null)
  return row
}

/** The texts between the contents, which must come once each and in order. */
function between(text: string, messages: readonly Said[]): string[] {
  const parts: string[] = []
  let rest = text
  for (const { role, content } of messages) {
    const at = rest.indexOf(content)
    if (at < 0 || rest.indexOf(content, at + 1) >= 0) throw new Unusable(problem('own_content', { role }))
    parts.push(rest.slice(0, at))
    rest = rest.slice(at + content.length)
  }
  return [...parts, rest]
}

interface Turns {
  /** Everything before the first question: the prefix, perhaps a default system text. */
  head: string
  /** Around a question, up to where its answer begins. */
  before: string
  after: string
  /** Around an answer. */
  start: string
  end: string
  kind: TemplateKind
}

function probeTurns(probe: Probe): Turns {
  const [first, asked] = between(probe([ASK], true), [ASK])
  const [, answered, end] = between(probe([ASK, ANSWER], false), [ASK, ANSWER])
  const [, , next] = between(probe([ASK, ANSWER, ASK_AGAIN], true), [ASK, ANSWER, ASK_AGAIN])
  if (!next.startsWith(end)) throw differs(end, next)
  const before = next.slice(end.length)
  const head = first.endsWith(before) ? first.slice(0, first.length - before.length) : null
  if (head === null) throw differs(before, first)
  const thinks = (text: string) => /<\/?think>/.test(text)
  // The template may open a thought where an answer begins, or put an empty one before an answer that has none.
  if (asked !== answered && asked.startsWith(answered) && thinks(asked.slice(answered.length))) return { head, before, after: answered, start: '', end, kind: 'reasoning' }
  if (!answered.startsWith(asked)) throw differs(asked, answered)
  const start = answered.slice(asked.length)
  return { head, before, after: asked, start: thinks(start) ? '' : start, end, kind: thinks(start) ? 'reasoning' : 'plain' }
}

type SystemPart = Pick<TemplateRow, 'prefix' | 'system' | 'default_system' | 'always_system' | 'kind'>

/**
 * Where a template knows no system text, it goes before the first question.
 * @param leads what may stand before everything, the likeliest first
 */
function systemPart(seen: [string, string] | null, { head, before }: Turns, leads: readonly string[]): SystemPart {
  if (seen === null) return { prefix: slots(head), system: [`${SLOT}\n\n`], kind: 'fused_system' }
  const [start, end] = seen
  if (!end.endsWith(before)) {
    if (!start.startsWith(head + before)) throw new Unusable(problem('own_system'))
    return { prefix: slots(head), system: [start.slice(head.length + before.length) + SLOT + end], kind: 'fused_system' }
  }
  const after = end.slice(0, end.length - before.length)
  if (start.startsWith(head)) return { prefix: slots(head), system: [start.slice(head.length) + SLOT + after] }
  const prefix = leads.find((lead) => lead !== '' && start.startsWith(lead) && head.startsWith(lead)) ?? ''
  const own = start.slice(prefix.length)
  const block = head.slice(prefix.length)
  if (!block.startsWith(own) || !block.endsWith(after) || block.length < own.length + after.length) throw new Unusable(problem('own_system'))
  const default_system = block.slice(own.length, block.length - after.length)
  return { prefix: slots(prefix), system: [own + SLOT + after], ...(default_system === '' ? { always_system: true } : { default_system }) }
}

const slots = (text: string): string[] => (text === '' ? [] : [text])

/** What stands before and after a system text; null where the template refuses or forgets it. */
function seenSystem(probe: Probe): [string, string] | null {
  let text: string
  try {
    text = probe([SYSTEM, ASK], true)
  } catch (error) {
    if (error instanceof Unusable && error.problem.code === 'jinja_raised') return null
    throw error
  }
  if (!text.includes(SYSTEM.content)) return null
  const [start, end] = between(text, [SYSTEM, ASK])
  return [start, end]
}

/** The row's text and the template's for conversations that the row was not made from. Thoughts are the row's kind's own matter (thought.ts). */
function compare(probe: Probe, row: TemplateRow, withSystem: boolean): void {
  const talk = [ASK, ANSWER, ASK_AGAIN, ANSWER_AGAIN]
  for (const messages of [talk.slice(0, 2), talk, ...(withSystem ? [[SYSTEM, ...talk.slice(0, 2)], [SYSTEM, ...talk]] : [])]) {
    const [ours, theirs] = [written(row, messages), probe(messages, false)].map((text) => (row.kind === 'reasoning' ? text.replaceAll(/<think>\s*<\/think>\s*/g, '') : text))
    if (ours !== theirs) throw differs(theirs, ours)
  }
}

const first = (row: readonly unknown[] | undefined): string => (typeof row?.[0] === 'string' ? row[0] : '')

function written(row: TemplateRow, messages: readonly Said[]): string {
  const own = messages[0].role === 'system' ? messages[0].content : (row.default_system ?? '')
  const system = own !== '' || row.always_system ? first(row.system).replace(SLOT, own) : ''
  const fused = row.kind === 'fused_system'
  const turns = messages.filter(({ role }) => role !== 'system')
  const texts = turns.map(({ role, content }, i) => first(role === 'user' ? row.user : row.assistant).replace(SLOT, (fused && i === 0 ? system : '') + content))
  return first(row.prefix) + (fused ? '' : system) + texts.join('')
}

/** Where two texts part, for the sentence. */
function differs(wanted: string, found: string): Unusable {
  let at = 0
  while (at < wanted.length && wanted[at] === found[at]) at++
  const part = (text: string) => JSON.stringify(text.slice(Math.max(at - 20, 0), at + 40))
  return new Unusable(problem('own_differs', { wanted: part(wanted), found: part(found) }))
}
