/** Lets the finished model sit its exam, prints what it got wrong, and writes the model card when it has just been made. */
import { samplingSchema, type ChatAsk, type ChatSide } from '@/lib/events'
import { openChatModel, type ChatModel } from '@/trainer/chat/chat-model'
import { writeWhole } from '@/trainer/files'
import { modelCard, type Making } from '@/tools/starter/card'
import { examQuestions, examResult, takeExam, type Question } from '@/tools/starter/exam'
import { starterFolder } from '@/tools/starter/paths'
import path from 'node:path'

/** Held-out sums asked per operation. */
const sums = 200
const sampling = samplingSchema.parse({ do_sample: false, max_new_tokens: 64 })

/** The whole answer, by the way that a chat in the board takes. */
export async function wholeAnswer(model: ChatModel, question: ChatAsk): Promise<string> {
  let answer = ''
  for await (const part of model.answer(question, new AbortController().signal)) if ('text' in part) answer += part.text
  return answer
}

export const ask = (model: ChatModel, side: ChatSide, { system, user }: Pick<Question, 'system' | 'user'>): Promise<string> =>
  wholeAnswer(model, { id: 'exam', side, system, tools: '', messages: [{ role: 'user', content: user }], enable_thinking: false, skip_special_tokens: true, sampling })

export async function sitExam(making: Making | null): Promise<void> {
  const model = await openChatModel({ model_name_or_path: starterFolder, adapter_name_or_path: [], template: 'chatml', infer_dtype: 'auto' })
  const marks = await takeExam(examQuestions(sums), (question) => ask(model, 'base', question))
  model.dispose()
  for (const { question, answer, right } of marks) if (!right) console.log(`wrong: ${question.user} -> ${answer}`)
  const result = examResult(marks)
  for (const [topic, { right, asked }] of Object.entries(result)) console.log(`${topic}: ${right} of ${asked}`)
  if (making !== null) writeWhole(path.join(starterFolder, 'README.md'), modelCard(making, result))
}
