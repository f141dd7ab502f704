/** Trainings of the tiny model on a few sums, eagerly on the CPU, from the command to the files of a folder that is gone afterwards. */
import '@tensorflow/tfjs-backend-cpu'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setBackend } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import type { EngineSpec } from '@/trainer/engine/types'
import { createEagerEngine } from '@/trainer/model/eager'
import { train } from '@/trainer/run/train'
import { makeDataset, makeTinyModel } from './tiny-model'

const open = async (spec: EngineSpec) => createEagerEngine({ ...spec, weights: String(spec.weights) })

/** `first`, with these settings, is trained before the file's tests. */
export function tinyRuns(first: string, own: Record<string, unknown>) {
  const home = mkdtempSync(path.join(os.tmpdir(), 'tiny-runs-'))
  const at = (...parts: string[]) => path.join(home, ...parts)
  const settings = {
    model_name_or_path: at('model'), dataset_dir: at('data'), dataset: 'sums', template: 'qwen', do_train: true, per_device_train_batch_size: 2,
    max_steps: 4, save_steps: 2, logging_steps: 1, cutoff_len: 64, ...own,
  }
  const run = (output_dir: string, more: Record<string, unknown> = {}) =>
    train(Object.entries({ ...settings, output_dir: at(output_dir), ...more }).flatMap(([key, value]) => [`--${key}`, String(value)]), open)

  beforeAll(async () => {
    await setBackend('cpu')
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    makeTinyModel(at('model'))
    makeDataset(at('data'), 9)
    expect(await run(first)).toBe(0)
  }, 120_000)
  afterAll(() => {
    vi.restoreAllMocks()
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal) // those of the runs, which have ended
    rmSync(home, { recursive: true, force: true })
  })
  return { at, run, settings }
}
