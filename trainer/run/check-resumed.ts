/** Whether a checkpoint is one of the training that is asked for: another rank or other modules would be another model. What of its progress differs is told, not refused (checkpoint.ts). */
import { loraAlpha } from '@/lib/config/derived'
import type { TrainingArgs } from '@/lib/config/fields'
import { problem, UserError } from '@/lib/errors'
import type { ModelConfig } from '@/lib/models/config'
import { type Adapter, type AdapterSettings, readAdapter } from '@/trainer/adapter/adapter'
import { headTensors } from '@/trainer/adapter/value-head'
import { type ParamSpec, paramSpecs } from '@/trainer/model/params'
import type { Ground } from '@/trainer/run/check'
import { optimizedIn } from '@/trainer/run/checkpoint'
import { openWeights } from '@/trainer/weights/index'

/** Whether a checkpoint holds what is trained, and was trained as this asks for. */
export function checkResumed(folder: string, config: ModelConfig, args: TrainingArgs, { specs, saved, whole }: Pick<Ground, 'specs' | 'saved' | 'whole'>, going: Adapter | undefined): void {
  const optimized = optimizedIn(folder)
  const rates = optimized.has(headTensors[0])
  if (rates !== (args.stage === 'rm')) throw new UserError('checkpoint_differs', { path: folder, key: 'stage', found: rates ? 'rm' : 'sft, pt, dpo, kto', value: args.stage }, 'stage')
  if (whole === null) return checkSame(folder, readAdapter(folder, config), { specs, saved, settings: going?.settings ?? { ...args, rank: args.lora_rank, alpha: loraAlpha(args) } })
  try {
    openWeights(folder, config)
  } catch (error) {
    throw error instanceof UserError ? new UserError(error.fault.code, error.fault.values, 'resume_from_checkpoint') : error
  }
  checkWhole(folder, config, whole, optimized)
}

/** A model's folder holds all of its tensors; which were trained, the optimiser knows. */
function checkWhole(path: string, config: ModelConfig, whole: ReadonlySet<string>, found: ReadonlySet<string>): void {
  const differs = paramSpecs(config).find(({ name }) => found.has(name) !== whole.has(name))
  if (differs === undefined) return
  const reason = found.has(differs.name) ? problem('checkpoint_trained', { tensor: differs.name }) : problem('checkpoint_untrained', { tensor: differs.name })
  throw new UserError('checkpoint_damaged', { path, problem: reason }, 'resume_from_checkpoint')
}

type AdapterShape = Pick<Adapter, 'specs'> & { settings: Pick<AdapterSettings, 'rank' | 'alpha' | 'use_rslora' | 'use_dora'>; saved: readonly ParamSpec[] }

/** What decides which numbers are trained and what they mean, as settings say it: the sign of being the same, and how it is told. */
const meaning = ({ specs, saved, settings: { rank, alpha, use_rslora, use_dora } }: AdapterShape) => ({
  lora_rank: [String(rank)],
  lora_alpha: [String(alpha)],
  use_rslora: [String(use_rslora)],
  use_dora: [String(use_dora)],
  lora_target: specs.map(({ module }) => module),
  additional_target: saved.map(({ name }) => name.replace(/\.(weight|bias)$/, '')),
})

/** @throws UserError at the first setting that differs */
function checkSame(path: string, found: Adapter, asked: AdapterShape): void {
  const [there, here] = [meaning({ ...found, saved: found.saved.map(({ param }) => param) }), meaning(asked)]
  const told = (names: readonly string[]) => [...new Set(names.map((name) => (/\.\d+\./.test(name) ? name.slice(name.lastIndexOf('.') + 1) : name.replace(/^model\./, ''))))].join(', ') || '–'
  for (const key of Object.keys(there) as (keyof typeof there)[]) {
    if ([...there[key]].sort().join() === [...here[key]].sort().join()) continue
    throw new UserError('checkpoint_differs', { path, key, found: told(there[key]), value: told(here[key]) }, key)
  }
}
