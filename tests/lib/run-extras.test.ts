/** What a run folder holds beside its log, as text: answers at saves, the machine's load, lines of the log, lists of runs, settings that differ. */
import { describe, expect, test } from 'vitest'
import { differingKeys, ownSettings, settingOf, settingText } from '@/lib/config/difference'
import { linesOf, pickLines } from '@/lib/log-lines'
import type { RunStatus, RunSummary } from '@/lib/run'
import { pickRuns, type ListWish } from '@/lib/run-list'
import { readSamples } from '@/lib/run-samples'
import { readGpus, readSystemLog } from '@/lib/system-log'

describe('the log', () => {
  const lines = linesOf('[INFO|a] Loading\n[WARNING|b] Row 3 is left out\n[ERROR|c] Failed\n  at work (train.ts)\n[INFO|d] Done with row 3\n')
  test('is picked by level, a trace with its error', () => {
    expect(pickLines(lines, 'ERROR', '')).toEqual(['[ERROR|c] Failed', '  at work (train.ts)'])
    expect(pickLines(lines, 'WARNING', '')).toHaveLength(3)
    expect(pickLines(lines, 'all', '')).toBe(lines)
  })
  test('is searched by all words, whatever their case', () => {
    expect(pickLines(lines, 'all', 'ROW 3')).toEqual(['[WARNING|b] Row 3 is left out', '[INFO|d] Done with row 3'])
    expect(pickLines(lines, 'WARNING', 'row 3')).toEqual(['[WARNING|b] Row 3 is left out'])
  })
})

describe('answers and load', () => {
  const sample = (step: number) => JSON.stringify({ step, at: 1, answers: [{ prompt: 'p', answer: 'a', tokens: 1, end: 'stop' }] })
  test('a torn or foreign line is passed over', () => {
    expect(readSamples(`${sample(1)}\n{"step": 2, "at\n${sample(3)}\n{"x":1}\n${sample(4).slice(0, 20)}`).map(({ step }) => step)).toEqual([1, 3])
    expect(readSamples('')).toEqual([])
  })
  test('a long log of the machine is thinned, its newest line kept', () => {
    const line = (at: number) => JSON.stringify({ at, cpu: 0.5, trainer_cpu: 0.4, memory: 1, memory_total: 2, trainer_memory: 1, gpus: [] })
    const found = readSystemLog(Array.from({ length: 5000 }, (_, at) => `${line(at)}\n`).join(''), 100)
    expect(found.length).toBeLessThanOrEqual(100)
    expect(found.at(-1)?.at).toBe(4999)
  })
  test("nvidia-smi's lines are read, what a driver does not know left open", () => {
    expect(readGpus('34, 1234, 81559, 45\n[N/A], 10, 40960, [N/A]\nno devices were found\n')).toEqual([
      { use: 0.34, memory: 1234 * 2 ** 20, memory_total: 81559 * 2 ** 20, temperature: 45 },
      { use: 0, memory: 10 * 2 ** 20, memory_total: 40960 * 2 ** 20, temperature: null },
    ])
  })
})

describe('the list', () => {
  const run = (name: string, status: RunStatus, rest: Partial<RunSummary> = {}): RunSummary => ({
    id: `m/lora/${name}`, kind: 'train', predicts: false, model: 'm', finetuning_type: 'lora', stage: 'sft', name, datasets: ['identity'], status, phase: null, phase_share: null, queue_position: null, step: 1, total_steps: 2,
    started_at: 0, updated_at: 0, last: null, best_loss: null, best_eval_loss: null, foreign: false, notes: '', tags: [], archived: false, started_by: null, checkpoints: [], weights: null,
    error: null, runtime: null, ...rest,
  })
  const wish: ListWish = { words: '', state: 'all', tag: '', sort: 'newest', archived: false }
  const runs = [
    run('old', 'done', { started_at: 1, best_loss: 0.5, last: { current_steps: 1, total_steps: 2, loss: 0.9, throughput: 10, elapsed_time: '0:10:00' } }),
    run('waiting 2', 'queued', { queue_position: 2 }),
    run('waiting 1', 'queued', { queue_position: 1 }),
    run('now', 'running', { started_at: 2, tags: ['keep'] }),
    run('new', 'failed', { started_at: 3, best_loss: 0.2, notes: 'lr too high', last: { current_steps: 1, total_steps: 2, loss: 2, throughput: 20, elapsed_time: '0:01:00' } }),
    run('hidden', 'done', { archived: true, started_at: 9 }),
  ]
  const names = (change: Partial<ListWish>) => pickRuns(runs, { ...wish, ...change }).map(({ name }) => name)

  test('begins with what goes and waits, then the newest; the archive only on demand', () => {
    expect(names({})).toEqual(['now', 'waiting 1', 'waiting 2', 'new', 'old'])
    expect(names({ archived: true })).toContain('hidden')
  })
  test('is filtered by state, tag and words of anything that a run has', () => {
    expect(names({ state: 'failed' })).toEqual(['new'])
    expect(names({ tag: 'keep' })).toEqual(['now'])
    expect(names({ words: 'HIGH identity' })).toEqual(['new'])
  })
  test('is sorted by a number, runs without it last', () => {
    expect(names({ sort: 'best' }).slice(0, 2)).toEqual(['new', 'old'])
    expect(names({ sort: 'duration' }).slice(0, 2)).toEqual(['old', 'new'])
    expect(names({ sort: 'speed' }).slice(0, 2)).toEqual(['new', 'old'])
    expect(names({ sort: 'name' })).toEqual(['new', 'now', 'old', 'waiting 1', 'waiting 2'])
  })
})

describe('settings that differ', () => {
  const a = { learning_rate: '1e-4', lora_rank: 8, dataset: 'x', output_dir: 'a' }
  const b = { learning_rate: 0.0001, lora_rank: 16, dataset: ['x'], output_dir: 'b' }
  test('are compared by meaning, defaults counted in, places left out', () => {
    expect(differingKeys([a, b])).toEqual(['lora_rank'])
    expect(differingKeys([{ ...a, lora_rank: undefined }, b])).toContain('lora_rank')
    expect(differingKeys([{ learning_rate: 5e-5 }, {}])).toEqual([])
    expect(settingText(settingOf({}, 'learning_rate'))).toBe('5e-5')
  })
  test('of a run are those that most others do not share', () => {
    expect(ownSettings({ a, b, c: a })).toEqual({ a: [], b: [{ key: 'lora_rank', value: '16' }], c: [] })
  })
})
