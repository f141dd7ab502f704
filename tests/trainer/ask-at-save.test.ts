/** Questions at a save: asked only where there are some, written in order, never the end of a training. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UserError } from '@/lib/errors'
import type { ChatAsk, ChatLoad } from '@/lib/events'
import { readSamples } from '@/lib/run-samples'
import { askAtSave, PATIENCE_MS } from '@/trainer/run/ask-at-save'
import type { ChatModel } from '@/trainer/chat/chat-model'
import { openReport, type Report } from '@/trainer/run/report'

let folder: string
let report: Report
const loads: ChatLoad[] = []

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'tuneboard-samples-'))
  mkdirSync(path.join(folder, 'checkpoint-5'))
  writeFileSync(path.join(folder, 'checkpoint-5/adapter_config.json'), '{}')
  report = openReport(folder, { total_steps: 10, resume: null })
  loads.length = 0
})
afterEach(() => {
  report.close()
  rmSync(folder, { recursive: true })
})

const open = async (load: ChatLoad): Promise<ChatModel> => {
  loads.push(load)
  return {
    runtime: 'fake',
    async *answer(ask: ChatAsk, signal: AbortSignal) {
      yield { text: `${ask.side}: ` }
      yield { text: ask.messages[0].content.toUpperCase() }
      yield { end: signal.aborted ? 'cancelled' : 'stop', tokens: 2, tokens_per_s: 1 }
    },
    dispose: () => undefined,
  }
}
const save = (step: number, { stopping = (): boolean => false, opener = open } = {}) =>
  askAtSave({ output_dir: folder, checkpoint: path.join(folder, 'checkpoint-5'), step, args: { model_name_or_path: 'base', template: 'chatml' }, merged: [], stopping }, report, opener)
const ask = (text: string) => writeFileSync(path.join(folder, 'sample_prompts.json'), text)
const samples = () => readSamples(readFileSync(path.join(folder, 'samples.jsonl'), 'utf8'))
const log = () => readFileSync(path.join(folder, 'running_log.txt'), 'utf8')

describe('questions at a save', () => {
  it('are not asked where there are none: nothing is loaded, nothing written', async () => {
    await save(5)
    ask('{"prompts": []}')
    await save(10)
    expect(loads).toEqual([])
    expect(existsSync(path.join(folder, 'samples.jsonl'))).toBe(false)
  })

  it('are answered by the checkpoint, without chance, and changed on the way', async () => {
    ask('{"prompts": ["who are you?", "2 + 3?"]}')
    await save(5)
    ask('{"prompts": ["who are you now?"]}')
    await save(10)
    expect(loads[0]).toEqual({ model_name_or_path: 'base', adapter_name_or_path: [path.join(folder, 'checkpoint-5')], template: 'chatml', infer_dtype: 'auto' })
    expect(samples().map(({ step, answers }) => [step, answers.map(({ answer }) => answer)])).toEqual([
      [5, ['adapter: WHO ARE YOU?', 'adapter: 2 + 3?']],
      [10, ['adapter: WHO ARE YOU NOW?']],
    ])
  })

  it('of a run that went back replace the later ones of before', async () => {
    ask('{"prompts": ["x"]}')
    for (const step of [5, 10, 15, 10, 20]) await save(step)
    expect(samples().map(({ step }) => step)).toEqual([5, 10, 20])
  })

  it('are asked of the last state, too, when the run is asked to stop, but not for long', async () => {
    ask('{"prompts": ["x", "y"]}')
    await save(5, { stopping: () => true })
    expect(samples().at(-1)?.answers.map(({ answer, end }) => [answer, end])).toEqual([['adapter: X', 'stop'], ['adapter: Y', 'stop']])
    let now = 0
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => (now += PATIENCE_MS * 0.6))
    await save(6, { stopping: () => true })
    clock.mockRestore()
    expect(samples().at(-1)).toMatchObject({ step: 6, answers: [{ prompt: 'x', end: 'cancelled' }] })
  })

  it('that cannot be read or answered are told in the log, and the training goes on', async () => {
    ask('{"prompts": ["x"')
    await save(5)
    ask('{"questions": ["x"]}')
    await save(6)
    ask('{"prompts": ["x"]}')
    await save(7, { opener: () => Promise.reject(new UserError('model_path_missing', { path: 'base' })) })
    await save(8, { opener: () => Promise.reject(new Error('out of memory')) })
    const told = log().split('\n').filter((line) => line.startsWith('[WARNING'))
    expect(told).toHaveLength(4)
    for (const [index, step] of [5, 6, 7, 8].entries()) expect(told[index]).toContain(`were not answered at step ${step}`)
    expect(told[3]).toContain('out of memory')
  })
})
