/**
 * How long a planned run will take, from what runs on this machine took before: the speed of the newest ones of the same model, else the operations that any run
 * made in a second, spread over this model's weights. Where nothing has run yet, a stated guess by processor or GPU.
 */
import { cpus } from 'node:os'
import path from 'node:path'
import type { PlanTime, TrainingPlan } from '@/lib/api'
import { runFiles } from '@/lib/run'
import type { RuntimeKind } from '@/lib/runtime'
import { readRuntime } from '@/server/env'
import { readJson } from '@/server/files'
import type { Runs } from '@/server/runs/runs'

/** A run's first seconds go into compiling; one shorter than this says little about speed. */
const SHORTEST_SECONDS = 5

/** How many of the newest runs are asked. */
const ASKED = 5

/** Operations per second while training, where nothing was measured yet: of one processor core, or of a GPU. */
const guessed: Readonly<Record<RuntimeKind, number>> = { cuda: 2e13, cpu: 4e10, prebuilt: 2e10, wasm: 3e9 }

/** transformers counts 6 operations per weight and token of a training step. */
const OPERATIONS = 6

const median = (values: readonly number[]): number | null => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null

/** Tokens per second of finished or going runs of a model. */
function speedsOf(runs: Runs, model: string): number[] {
  const own = runs.list().filter((run) => run.model === model && run.last?.throughput !== undefined)
  return own.toSorted((a, b) => (b.updated_at ?? 0) - (a.updated_at ?? 0)).slice(0, ASKED).flatMap(({ last }) => last?.throughput ?? [])
}

/** Operations per second that the newest finished runs made, whatever their model. */
function rates(runs: Runs): number[] {
  const done = runs.list().filter(({ status }) => status === 'done').toSorted((a, b) => (b.updated_at ?? 0) - (a.updated_at ?? 0))
  return done.slice(0, ASKED).flatMap(({ id }) => {
    const results = readJson(path.join(runs.view(id).folder, runFiles.allResults))
    if (typeof results !== 'object' || results === null) return []
    const { total_flos: flos, train_runtime: seconds } = results as Record<string, unknown>
    return typeof flos === 'number' && typeof seconds === 'number' && seconds >= SHORTEST_SECONDS ? [flos / seconds] : []
  })
}

/** @param model the name under which runs of the model are saved */
export function planTime({ total_tokens, parameters }: TrainingPlan, model: string, runs: Runs): PlanTime {
  const known = median(speedsOf(runs, model))
  if (known !== null) return { seconds: total_tokens / known, from: 'model' }
  const operations = total_tokens * parameters * OPERATIONS
  const measured = median(rates(runs))
  if (measured !== null) return { seconds: operations / measured, from: 'machine' }
  const kind = readRuntime()?.kind ?? 'wasm'
  return { seconds: operations / (guessed[kind] * (kind === 'cpu' ? cpus().length : 1)), from: 'guess' }
}
