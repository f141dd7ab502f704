/** The chat worker's manners, with a model that answers with what it was asked: order, streaming, cancelling, faults. */
import { expect, it } from 'vitest'
import { UserError } from '@/lib/errors'
import { samplingSchema, type ChatAsk, type ChatDelta, type ChatLoad, type ChatReport, type ChatSide } from '@/lib/events'
import { chatSession } from '@/trainer/chat/chat'
import type { ChatModel } from '@/trainer/chat/chat-model'

const load: ChatLoad = { model_name_or_path: 'm', adapter_name_or_path: [], template: 'qwen', infer_dtype: 'auto' }
const ask = (id: string, content: string, side: ChatSide = 'base'): ChatAsk => ({
  id, side, system: '', tools: '', messages: [{ role: 'user', content }], enable_thinking: true, skip_special_tokens: true, sampling: samplingSchema.parse({}),
})

const parrot: ChatModel = {
  runtime: 'fake',
  async *answer({ messages: [{ content }] }, signal) {
    if (content === 'too long') throw new UserError('prompt_too_long', { tokens: 9, maximum: 8 })
    let tokens = 0
    for (const text of content) {
      if (signal.aborted) break
      tokens += 1
      yield { text }
    }
    yield { end: signal.aborted ? 'cancelled' : 'stop', tokens, tokens_per_s: 1 }
  },
  dispose: () => undefined,
}

function talk(open: () => Promise<ChatModel> = async () => parrot) {
  const reports: ChatReport[] = []
  const hooks: ((delta: ChatDelta) => void)[] = []
  const session = chatSession((report) => {
    reports.push(report)
    if (report.kind === 'delta') hooks.forEach((hook) => hook(report.delta))
  }, open)
  const deltas = () => reports.flatMap((report) => (report.kind === 'delta' ? [report.delta] : []))
  const textOf = (id: string) => deltas().flatMap((delta) => (delta.id === id && delta.kind === 'text' ? [delta.text] : [])).join('')
  return { session, reports, deltas, textOf, hooks }
}

it('loads, and answers in the order of the questions', async () => {
  const { session, reports, deltas, textOf } = talk()
  session.take({ kind: 'load', load })
  session.take({ kind: 'ask', ask: ask('a', 'first') })
  session.take({ kind: 'ask', ask: ask('b', 'second') })
  await session.idle()
  expect(reports.slice(0, 2)).toEqual([
    { kind: 'status', status: { status: 'loading', load } },
    { kind: 'status', status: { status: 'ready', load, runtime: 'fake' } },
  ])
  expect([textOf('a'), textOf('b')]).toEqual(['first', 'second'])
  expect(deltas().map(({ id, kind }) => (kind === 'end' ? `end ${id}` : id)).filter((x, i, all) => x !== all[i - 1])).toEqual(['a', 'end a', 'b', 'end b'])
})

it('lets adapter and base answer at once', async () => {
  const { session, deltas, textOf } = talk()
  session.take({ kind: 'load', load })
  session.take({ kind: 'ask', ask: ask('a', 'tuned', 'adapter') })
  session.take({ kind: 'ask', ask: ask('b', 'plain', 'base') })
  await session.idle()
  expect([textOf('a'), textOf('b')]).toEqual(['tuned', 'plain'])
  expect(deltas().slice(0, 6).map(({ id }) => id).sort()).toEqual(['a', 'a', 'a', 'b', 'b', 'b'])
})

it('cancels an answer that grows, and a question that waits', async () => {
  const { session, deltas, textOf, hooks } = talk()
  session.take({ kind: 'load', load })
  session.take({ kind: 'ask', ask: ask('a', 'abcdef') })
  session.take({ kind: 'ask', ask: ask('b', 'xyz') })
  session.take({ kind: 'cancel', id: 'b' })
  hooks.push((delta) => delta.kind === 'text' && delta.text === 'c' && session.take({ kind: 'cancel', id: 'a' }))
  await session.idle()
  expect(textOf('a')).toBe('abc')
  expect(deltas().filter(({ kind }) => kind === 'end')).toEqual([
    { id: 'a', kind: 'end', reason: 'cancelled', tokens: 3, tokens_per_s: 1 },
    { id: 'b', kind: 'end', reason: 'cancelled', tokens: 0, tokens_per_s: 0 },
  ])
})

it('says what is wrong, and goes on', async () => {
  let broken = true
  const { session, reports, deltas, textOf } = talk(async () => {
    if (broken) throw new UserError('model_path_missing', { path: 'm' }, 'model_name_or_path')
    return parrot
  })
  session.take({ kind: 'ask', ask: ask('a', 'hello') })
  session.take({ kind: 'load', load })
  await session.idle()
  expect(deltas()).toEqual([{ id: 'a', kind: 'error', fault: { code: 'chat_not_loaded', values: {} } }])
  expect(reports.at(-1)).toEqual({ kind: 'status', status: { status: 'failed', load, fault: { code: 'model_path_missing', values: { path: 'm' }, field: 'model_name_or_path' } } })
  broken = false
  session.take({ kind: 'load', load })
  session.take({ kind: 'ask', ask: ask('b', 'too long') })
  session.take({ kind: 'ask', ask: ask('c', 'fine') })
  await session.idle()
  expect(deltas().find(({ id }) => id === 'b')).toEqual({ id: 'b', kind: 'error', fault: { code: 'prompt_too_long', values: { tokens: 9, maximum: 8 } } })
  expect(textOf('c')).toBe('fine')
})
