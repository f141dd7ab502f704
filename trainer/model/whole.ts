/** Which tensors of the model itself are trained: all of them, or those that freezing leaves (LLaMA-Factory's `_setup_full_tuning` and `_setup_freeze_tuning`). */
import type { TrainingArgs } from '@/lib/config/fields'
import { UserError } from '@/lib/errors'
import type { ModelConfig } from '@/lib/models/config'
import { embeddingName, isVocabulary, paramSpecs, type ParamSpec } from '@/trainer/model/params'

type FreezeArgs = Pick<TrainingArgs, 'freeze_trainable_layers' | 'freeze_trainable_modules' | 'freeze_extra_modules'>

/**
 * Null where the model itself stays as it is.
 * @throws UserError for a module that this model does not have, or where nothing would be trained
 */
export function trainedTensors(config: ModelConfig, args: FreezeArgs & Pick<TrainingArgs, 'finetuning_type'>): ParamSpec[] | null {
  if (args.finetuning_type === 'full') return paramSpecs(config)
  return args.finetuning_type === 'freeze' ? unfrozen(config, args) : null
}

const inLayer = /\.(\d+)\./

/** Names of what a layer is made of: `self_attn`, `mlp`, its norms. */
export const layerModules = (config: ModelConfig): string[] => [...new Set(paramSpecs(config).flatMap(({ name }) => /\.0\.([^.]+)\./.exec(name)?.[1] ?? []))]

/** Names of what stands outside the layers. */
export const outerModules = (config: ModelConfig): string[] => paramSpecs(config).flatMap(({ name }) => (inLayer.test(name) ? [] : (name.split('.').at(-2) ?? [])))

/** A name of LLaMA-Factory's list means every tensor in whose name it occurs: `norm` takes the layers' norms along. */
function unfrozen(config: ModelConfig, { freeze_trainable_layers: count, freeze_trainable_modules: modules, freeze_extra_modules: extra }: FreezeArgs): ParamSpec[] {
  const [inside, outside] = [layerModules(config), outerModules(config)]
  known('freeze_trainable_modules', modules, ['all', ...inside])
  known('freeze_extra_modules', extra ?? [], outside)
  const layers = Array.from({ length: config.num_hidden_layers }, (_, i) => i)
  const chosen = count > 0 ? layers.slice(-count) : layers.slice(0, -count)
  const parts = [...modules.flatMap((name) => chosen.map((layer) => `.${layer}.${name === 'all' ? '' : name}`)), ...(extra ?? [])]
  const trained = paramSpecs(config).filter(({ name }) => parts.some((part) => name.includes(part)))
  if (trained.length === 0) throw new UserError('freeze_nothing', { key: 'freeze_trainable_layers', value: count }, 'freeze_trainable_layers')
  return trained
}

function known(key: 'freeze_trainable_modules' | 'freeze_extra_modules', names: readonly string[], options: readonly string[]): void {
  const unknown = names.find((name) => !options.includes(name))
  if (unknown !== undefined) throw new UserError('not_an_option', { key, value: unknown, options: options.join(', ') }, key)
}

/** How far gradients go back for the tensors of these names: layers, and whether embedding or head are among them. */
export function reachOf(config: ModelConfig, names: ReadonlySet<string>): { layers: number; vocabulary: boolean } {
  const all = [...names]
  const embeds = names.has(embeddingName)
  const layers = all.map((name) => Number(inLayer.exec(name)?.[1] ?? config.num_hidden_layers))
  return { layers: embeds ? config.num_hidden_layers : config.num_hidden_layers - Math.min(...layers), vocabulary: all.some(isVocabulary) }
}
