/**
 * `npm run starter -- calls`: what the starter, tuned by data/examples/demo_tools_sft.yaml, answers in conversations with tools that it has not seen. Wherever a tool must be called, its
 * answer is read by the template's tool format (`default`); counted are answers that it can read, and those that call the right tools with the right arguments.
 */
import { isDeepStrictEqual } from 'node:util'
import { samplingSchema, type ChatMessage } from '@/lib/events'
import { toPlain, parseJson } from '@/lib/pyjson'
import { defaultFormat } from '@/lib/templates/tools/default'
import type { Call } from '@/tools/starter/datasets/demo/tool-acts'
import { asCalls, offered } from '@/tools/starter/datasets/demo/tool-rows'
import { toolTalks, type TalkKind, type ToolTalk } from '@/tools/starter/datasets/demo/tool-talks'
import { starterFolder } from '@/tools/starter/paths'
import { wholeAnswer } from '@/tools/starter/sit-exam'
import { openChatModel } from '@/trainer/chat/chat-model'

const adapter = 'saves/starter/lora/demo_tools'
/** Not the seed of the set. */
const exam = { seed: 124, talks: 100 }
const sampling = samplingSchema.parse({ do_sample: false, max_new_tokens: 128 })

interface Place {
  kind: TalkKind
  tools: string
  before: ChatMessage[]
  expected: Call[]
}

/** Every call of a talk, with all that was said before it. */
function placesOf(talk: ToolTalk): Place[] {
  const places: Place[] = []
  const before: ChatMessage[] = []
  for (const step of talk.steps) {
    if ('user' in step) before.push({ role: 'user', content: step.user })
    else if ('assistant' in step) before.push({ role: 'assistant', content: step.assistant })
    else {
      places.push({ kind: talk.kind, tools: offered(talk), before: [...before], expected: step.calls })
      before.push({ role: 'function', content: asCalls(step.calls) }, { role: 'observation', content: asCalls(step.results) })
    }
  }
  return places
}

export async function sitCallExam(): Promise<void> {
  const model = await openChatModel({ model_name_or_path: starterFolder, adapter_name_or_path: [adapter], template: 'chatml', infer_dtype: 'auto' })
  const counts = new Map<TalkKind, { asked: number; read: number; right: number }>()
  for (const { kind, tools, before, expected } of toolTalks(exam.seed, exam.talks).flatMap(placesOf)) {
    const answer = await wholeAnswer(model, { id: 'exam', side: 'adapter', system: '', tools, messages: before, enable_thinking: false, skip_special_tokens: true, sampling })
    const calls = defaultFormat.read(answer)?.map((call) => ({ name: call.name, arguments: toPlain(parseJson(call.arguments)) }))
    const right = isDeepStrictEqual(calls, expected)
    const count = counts.get(kind) ?? { asked: 0, read: 0, right: 0 }
    counts.set(kind, { asked: count.asked + 1, read: count.read + Number(calls !== undefined), right: count.right + Number(right) })
    if (!right) console.log(`wrong (${kind}): ${before[before.length - 1].content} -> ${answer}`)
  }
  model.dispose()
  for (const [kind, { asked, read, right }] of counts) console.log(`${kind}: ${read} of ${asked} can be read, ${right} are right`)
}
