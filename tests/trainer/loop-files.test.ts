/** What a run writes: whole files, whole lines, whole checkpoints, also when the disk is full; the log's fields; the picture. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '@/lib/errors'
import { logRecordSchema, runStateSchema } from '@/lib/run'
import { differences, loadOptimizer, loadProgress, saveCheckpoint, type Snapshot } from '@/trainer/run/checkpoint'
import { checkpointFolder, checkpointSteps, surplus } from '@/trainer/run/checkpoint-list'
import { openLines, writeWhole, type Write } from '@/trainer/files'
import { plotCurve, smooth, ticks } from '@/trainer/run/loss-plot'
import { checkOutput, clearOutput } from '@/trainer/run/output'
import { atStart, trainerState } from '@/trainer/run/progress'
import { duration } from '@/lib/format'
import { logRecord, openReport, rewindLog } from '@/trainer/run/report'
import { isAlive, openState, readRunState } from '@/trainer/run/run-state'

let folder: string
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'tuneboard-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const at = (...parts: string[]) => path.join(folder, ...parts)

/** A disk with room for `bytes` more: writes what fits, then fails as Linux does. */
function smallDisk(bytes: number): Write {
  return (fd, data) => {
    if (bytes <= 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    const part = data.subarray(0, Math.min(data.length, bytes))
    bytes -= part.length
    return writeSync(fd, part)
  }
}

const fault = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    if (error instanceof UserError) return error.fault
    throw error
  }
  return null
}

describe('files', () => {
  it('replaces a file whole, or leaves it as it was', () => {
    writeWhole(at('a.json'), 'old')
    expect(fault(() => writeWhole(at('a.json'), 'x'.repeat(100), smallDisk(50)))).toEqual({ code: 'disk_full', values: { path: folder }, field: 'output_dir' })
    expect(readFileSync(at('a.json'), 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['a.json'])
    writeWhole(at('a.json'), 'new')
    expect(readFileSync(at('a.json'), 'utf8')).toBe('new')
  })

  it('ends a log with a whole line when the disk fills up', () => {
    const log = openLines(at('log'), smallDisk(20))
    log.append('a line of 17 byte')
    expect(fault(() => log.append('another line'))?.code).toBe('disk_full')
    log.close()
    expect(readFileSync(at('log'), 'utf8')).toBe('a line of 17 byte\n')
  })
})

const identity = { seed: 42, examples: 10, per_device_train_batch_size: 2, gradient_accumulation_steps: 1, cutoff_len: 64, max_steps: 9 }
const snapshot = (step: number): Snapshot => ({
  identity,
  progress: { ...atStart, step, loss_sum: 0.1 + 0.2, window: { sum: 1 / 3, steps: 1 } },
  optimizer: [{ name: 'm', shape: [2], data: Float32Array.of(1, step) }],
  trainer_state: '{}',
  writeModel: async (to) => writeFileSync(path.join(to, 'adapter_config.json'), '{}'),
})
const noLimit = { limit: null, best: null }

describe('checkpoints', () => {
  it('come back exactly', async () => {
    expect(await saveCheckpoint(folder, snapshot(3), noLimit)).toBe('checkpoint-3')
    const newest = checkpointFolder(folder, true) ?? ''
    expect(newest).toBe(at('checkpoint-3'))
    expect(loadProgress(newest).progress).toEqual(snapshot(3).progress)
    expect(loadOptimizer(newest)).toEqual(snapshot(3).optimizer)
  })

  it('are not there at all when the disk fills up, and the last one stays', async () => {
    await saveCheckpoint(folder, snapshot(3), { limit: 1, best: null })
    for (const room of [0, 60, 200]) {
      await expect(saveCheckpoint(folder, snapshot(6), { limit: 1, best: null }, smallDisk(room))).rejects.toMatchObject({ fault: { code: 'disk_full', values: { path: folder } } })
      expect(readdirSync(folder)).toEqual(['checkpoint-3'])
    }
    expect(loadProgress(at('checkpoint-3')).progress.step).toBe(3)
  })

  it('replace one of the same step, and make room only when complete', async () => {
    await saveCheckpoint(folder, snapshot(3), noLimit)
    await saveCheckpoint(folder, { ...snapshot(3), trainer_state: '{"new": true}' }, noLimit)
    expect(readFileSync(at('checkpoint-3', 'trainer_state.json'), 'utf8')).toBe('{"new": true}')
    for (const step of [10, 20, 30]) await saveCheckpoint(folder, snapshot(step), { limit: 2, best: null })
    expect(checkpointSteps(folder)).toEqual([20, 30])
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('keep the newest and the best', () => {
    expect(surplus([1, 2, 3], null, null)).toEqual([])
    expect(surplus([1, 2, 3, 4], 2, null)).toEqual([1, 2])
    expect(surplus([1, 2, 3, 4], 2, 1)).toEqual([2, 3])
    expect(surplus([1, 2, 3], 1, 1)).toEqual([2])
    expect(surplus([1, 2, 3], 1, 3)).toEqual([1, 2])
  })

  it('are named when they are missing or damaged', async () => {
    expect(fault(() => loadProgress(at('checkpoint-9')))).toEqual({ code: 'checkpoint_missing', values: { path: at('checkpoint-9') }, field: 'resume_from_checkpoint' })
    await saveCheckpoint(folder, snapshot(3), noLimit)
    writeFileSync(at('checkpoint-3', 'progress.json'), '{"format": 1, "identity"')
    expect(fault(() => loadProgress(at('checkpoint-3')))).toMatchObject({ code: 'checkpoint_damaged', values: { path: at('checkpoint-3') } })
  })

  it('say in what a resumed run differs', () => {
    expect(differences(identity, identity)).toEqual([])
    expect(differences(identity, { ...identity, examples: 11 })).toEqual(['examples was 10 when the checkpoint was written and is 11 now: the run continues, but not as an unbroken one would.'])
  })
})

describe('the output folder', () => {
  const args = (change: object = {}) => ({ output_dir: folder, overwrite_output_dir: false, resume_from_checkpoint: null, ...change })

  it('may hold the announcement of a run, but no other run', async () => {
    writeFileSync(at('training_args.yaml'), 'a: 1\n')
    expect(checkOutput(args())).toBe(null)
    writeFileSync(at('trainer_log.jsonl'), '{}\n')
    expect(fault(() => checkOutput(args()))).toEqual({ code: 'output_dir_taken', values: { path: folder }, field: 'output_dir' })
    expect(checkOutput(args({ overwrite_output_dir: true }))).toBe(null)
    expect(fault(() => checkOutput(args({ resume_from_checkpoint: true })))?.code).toBe('checkpoint_missing')
    await saveCheckpoint(folder, snapshot(3), noLimit)
    expect(checkOutput(args({ resume_from_checkpoint: true }))?.folder).toBe(at('checkpoint-3'))
  })

  it('is not taken from a run that goes', () => {
    openState(folder, { step: 0, total_steps: 1, checkpoint: null })
    const state = readRunState(folder)!
    expect(isAlive(state)).toBe(false) // this very process
    writeFileSync(at('state.json'), JSON.stringify({ ...state, pid: 1, pid_start: null, status: 'running' }))
    expect(fault(() => checkOutput(args({ overwrite_output_dir: true })))?.code).toBe('output_dir_busy')
    writeFileSync(at('state.json'), JSON.stringify({ ...state, pid: 1, pid_start: 'another', status: 'running' }))
    expect(checkOutput(args())).toBe(null)
  })

  it('is cleared of a run, not of other files', async () => {
    await saveCheckpoint(folder, snapshot(3), noLimit)
    mkdirSync(at('.checkpoint-4.tmp'))
    for (const name of ['trainer_log.jsonl', 'training_args.yaml', 'notes.txt']) writeFileSync(at(name), '')
    clearOutput(folder)
    expect(readdirSync(folder).sort()).toEqual(['notes.txt', 'training_args.yaml'])
  })
})

describe('the log', () => {
  const moment = { step: 10, total_steps: 40, epoch: 0.5, seconds: 20.04, seconds_per_step: 2, tokens: 1000 }

  it("has LLaMA-Factory's fields", () => {
    const record = logRecord(moment, { loss: 1.25, lr: 5e-5, grad_norm: NaN })
    expect(record).toEqual({
      current_steps: 10, total_steps: 40, loss: 1.25, lr: 5e-5, epoch: 0.5, percentage: 25, elapsed_time: '0:00:20', remaining_time: '0:01:00', throughput: 49.9, total_tokens: 1000,
    })
    expect(Object.keys(record)[0]).toBe('current_steps')
    expect(logRecordSchema.safeParse(record).success).toBe(true)
  })

  it('counts time as Python does', () => {
    expect([0, 59.9, 3661, 86399, 86400, 2 * 86400 + 5].map(duration)).toEqual(['0:00:00', '0:00:59', '1:01:01', '23:59:59', '1 day, 0:00:00', '2 days, 0:00:05'])
  })

  it('goes back to the checkpoint before a resumed run continues it, a torn line included', () => {
    const report = openReport(folder, { total_steps: 4, resume: null })
    for (const step of [1, 2, 3]) report.record(logRecord({ ...moment, step }, { loss: step }))
    report.record(logRecord({ ...moment, step: 2 }, {}))
    report.close()
    writeFileSync(at('trainer_log.jsonl'), readFileSync(at('trainer_log.jsonl'), 'utf8') + '{"current_steps": 4, "lo')
    rewindLog(folder, 2)
    const lines = readFileSync(at('trainer_log.jsonl'), 'utf8')
    expect(lines.endsWith('\n')).toBe(true)
    expect(lines.trim().split('\n').map((line) => JSON.parse(line).current_steps)).toEqual([1, 2])
  })

  it('collects results', () => {
    const report = openReport(folder, { total_steps: 4, resume: null })
    report.results('train', { train_loss: 2, epoch: 1 })
    report.results('eval', { eval_loss: 1, epoch: 1 })
    report.close()
    expect(JSON.parse(readFileSync(at('all_results.json'), 'utf8'))).toEqual({ epoch: 1, eval_loss: 1, train_loss: 2 })
    expect(JSON.parse(readFileSync(at('eval_results.json'), 'utf8'))).toEqual({ epoch: 1, eval_loss: 1 })
    expect(runStateSchema.parse(JSON.parse(readFileSync(at('state.json'), 'utf8')))).toMatchObject({ status: 'starting', pid: process.pid })
  })

  it('leaves a picture where there is a curve', () => {
    const report = openReport(folder, { total_steps: 4, resume: null })
    report.plot([{ step: 1, learning_rate: 1 }])
    expect(existsSync(at('training_loss.svg'))).toBe(false)
    report.plot([{ step: 1, loss: 2 }, { step: 2, loss: 1 }])
    report.close()
    expect(readFileSync(at('training_loss.svg'), 'utf8')).toMatch(/^<svg [^]*<polyline[^]*<polyline[^]*<\/svg>\n$/)
  })
})

describe('the picture', () => {
  it('smooths as TensorBoard does', () => {
    // weight = 1.8 (1 / (1 + e^-0.1) - 0.5) for two points
    const weight = 1.8 * (1 / (1 + Math.exp(-0.1)) - 0.5)
    expect(smooth([2, 1])).toEqual([2 * weight + (1 - weight) * 2, 2 * weight + (1 - weight) * 1])
    expect(smooth([])).toEqual([])
  })

  it('marks round numbers', () => {
    expect(ticks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10])
    expect(ticks(0.93, 1.31, 4)).toEqual([1, 1.1, 1.2, 1.3])
  })

  it('draws a single point, and escapes its title', () => {
    const svg = plotCurve({ title: 'a<b', label: 'loss', steps: [1], values: [2] })
    expect(svg).toContain('a&lt;b')
    expect(svg).not.toContain('NaN')
  })
})

it('trainer_state.json has the keys of transformers, sorted', () => {
  const text = trainerState(atStart, { max_steps: 1, num_train_epochs: 1, logging_steps: 1, eval_steps: 1, save_steps: 1, per_device_train_batch_size: 1, best_checkpoint: null })
  const keys = Object.keys(JSON.parse(text))
  expect(keys).toEqual([...keys].sort())
  expect(keys).toHaveLength(20)
})
