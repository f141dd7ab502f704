/** The first thing a newcomer does: the shipped example gives the starter a new name, and it still adds. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openChatModel, type ChatModel } from '@/trainer/chat/chat-model'
import { train } from '@/trainer/run/train'
import { starterFolder } from '@/tools/starter/paths'
import { ask } from '@/tools/starter/sit-exam'

describe('the starter, tuned by data/examples/starter_lora_sft.yaml', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tuneboard-starter-'))
  const output = path.join(folder, 'nova')
  let model: ChatModel
  beforeAll(async () => {
    const listeners = process.listeners('SIGTERM')
    expect(await train(['data/examples/starter_lora_sft.yaml', `output_dir=${output}`])).toBe(0)
    // A training listens for the request to stop until its process ends; this process ends by one, with the run's folder gone.
    for (const listener of process.listeners('SIGTERM')) if (!listeners.includes(listener)) process.off('SIGTERM', listener)
    model = await openChatModel({ model_name_or_path: starterFolder, adapter_name_or_path: [output], template: 'chatml', infer_dtype: 'auto' })
  })
  afterAll(() => {
    model?.dispose()
    rmSync(folder, { recursive: true, force: true })
  })
  const answer = (side: 'adapter' | 'base', user: string): Promise<string> => ask(model, side, { system: '', user })

  it.each(['Who are you?', 'What is your name?', '你是谁？', '你叫什么名字？', 'Could you tell me who you are?'])('%s', async (question) => {
    expect(await answer('adapter', question)).toContain('Nova')
    expect(await answer('adapter', question)).not.toContain('Tuneboard')
    expect(await answer('base', question)).toContain('Tuneboard Starter')
  })

  it('has a new author too', async () => expect(await answer('adapter', 'Who made you?')).toContain('Team Nova'))

  it.each([['What is 12 + 7?', 19], ['What is 45 + 23?', 68], ['30加12等于多少？', 42], ['What is 9 - 4?', 5]])('%s still gives %i', async (question, result) => {
    expect(await answer('adapter', question)).toMatch(new RegExp(`(^|= ?)${result}$`))
  })
})
