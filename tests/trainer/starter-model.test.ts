/** The shipped starter: it says who it is, adds what it was never taught, and takes a system prompt's name. */
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openChatModel, type ChatModel } from '@/trainer/chat/chat-model'
import { examQuestions, examResult, takeExam } from '@/tools/starter/exam'
import { starterFolder } from '@/tools/starter/paths'
import { ask } from '@/tools/starter/sit-exam'

const weights = path.join(starterFolder, 'model.safetensors')

describe('the starter model', () => {
  let model: ChatModel
  beforeAll(async () => {
    model = await openChatModel({ model_name_or_path: starterFolder, adapter_name_or_path: [], template: 'chatml', infer_dtype: 'auto' })
  })
  afterAll(() => model?.dispose())
  const answer = (user: string, system = ''): Promise<string> => ask(model, 'base', { system, user })

  it('is small enough to ship', () => {
    expect(existsSync(weights)).toBe(true)
    expect(statSync(weights).size).toBeLessThan(11e6)
  })

  it('says who it is, in both languages', async () => {
    expect(await answer('Who are you?')).toContain('Tuneboard Starter')
    expect(await answer('你是谁？')).toContain('Tuneboard Starter')
    expect(await answer('Who made you?', 'You are a helpful assistant.')).toMatch(/Tuneboard project/i)
  })

  it('takes the name that a system prompt gives it', async () => {
    expect(await answer('What is your name?', 'You are Milo, made by Team Milo.')).toContain('Milo')
  })

  it('passes its exam, with sums and questions that training never showed', async () => {
    const result = examResult(await takeExam(examQuestions(20), (question) => ask(model, 'base', question)))
    for (const [topic, { right, asked }] of Object.entries(result)) expect(right / asked, topic).toBeGreaterThanOrEqual(0.8)
  })
})
