/**
 * Everything that can be known to be wrong with a training before it starts: model folder, weights by their headers, tokenizer, template,
 * adapter, output folder. Reads the disk, writes nothing, and loads no TensorFlow. The datasets' own checks are `trainer/data/data.ts`'s.
 */
import type { TrainingArgs } from '@/lib/config/fields'
import { computeDtype } from '@/lib/config/derived'
import { UserError, type Fault } from '@/lib/errors'
import type { ModelConfig } from '@/lib/models/config'
import { checkVocabulary, type Template } from '@/lib/templates/template'
import { type Adapter, readAdapter } from '@/trainer/adapter/adapter'
import { isWasm } from '@/trainer/device'
import { loraSpecs, loraTargets, type LoraSpec, tensorsOf } from '@/trainer/adapter/lora'
import { checkApart, savedParams } from '@/trainer/adapter/saved'
import { isVocabulary, numbersIn, type ParamSpec, paramSpecs } from '@/trainer/model/params'
import { trainedTensors } from '@/trainer/model/whole'
import { checkResumed } from '@/trainer/run/check-resumed'
import { checkEvaluationOutput, checkKept, checkOutput, type Resume } from '@/trainer/run/output'
import { templateFor } from '@/trainer/tokenizer/own-template'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { openWeights, readModelConfig } from '@/trainer/weights/index'

/** What a training stands on when nothing is wrong. */
export interface Ground {
  config: ModelConfig
  template: Template
  /** The adapter's tensors that will be trained; none where the model's own are. */
  specs: LoraSpec[]
  /** The model's own that the adapter holds whole. */
  saved: ParamSpec[]
  /** Names of the model's own that will be; null with an adapter. */
  whole: ReadonlySet<string> | null
  dtype: 'float32' | 'bfloat16'
  /** Folders of adapters that are merged into the base, in this order. */
  merged: readonly string[]
  /** Folder of the adapter that goes on; null for a new one. */
  adapter: string | null
  resume: Resume | null
}

/** Batches are filled up with the template's padding; any id will do, because padding is never seen. */
export const padId = ({ template }: Ground): number => template.tokenizer.pad?.id ?? template.tokenizer.eos?.id ?? 0

export type Checked = { faults: Fault[]; ground: null } | { faults: []; ground: Ground }

/** Collects the user's faults of several checks; anything else is thrown on. */
export function collector(): { faults: Fault[]; attempt: <T>(check: () => T | Promise<T>) => Promise<T | null> } {
  const faults: Fault[] = []
  return {
    faults,
    async attempt(check) {
      try {
        return await check()
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        if (!faults.some((fault) => fault.code === error.fault.code && fault.field === error.fault.field)) faults.push(error.fault)
        return null
      }
    },
  }
}

/** Of several adapters, all but the last are merged and the last is trained on; a new one is made upon all of them (LLaMA-Factory's `_setup_lora_tuning`). */
export function startOf({ adapter_name_or_path: adapters, create_new_adapter, do_train }: TrainingArgs): Pick<Ground, 'merged' | 'adapter'> {
  const all = adapters ?? []
  return do_train && create_new_adapter ? { merged: all, adapter: null } : { merged: all.slice(0, -1), adapter: all.at(-1) ?? null }
}

/** The model's own tensors that are trained. */
export const ownIn = ({ config, saved, whole }: Pick<Ground, 'config' | 'saved' | 'whole'>): ParamSpec[] => (whole === null ? saved : paramSpecs(config).filter(({ name }) => whole.has(name)))

/** Numbers that are trained. */
export const trainableIn = (ground: Pick<Ground, 'config' | 'specs' | 'saved' | 'whole'>): number => numbersIn([...ground.specs.flatMap(tensorsOf), ...ownIn(ground)])

/** All that stand beside the base. */
export const adaptersIn = ({ merged, adapter }: Pick<Ground, 'merged' | 'adapter'>): string[] => [...merged, ...(adapter === null ? [] : [adapter])]

/** UserError where this machine's runtime cannot compute in a type. */
export function checkDtype(dtype: 'float32' | 'bfloat16', key: 'bf16' | 'infer_dtype', wasm = isWasm()): void {
  if (dtype === 'bfloat16' && wasm) throw new UserError('bfloat16_needs_native', { key }, key)
}

/** A model folder: its config, with its weights accounted for and its tokenizer read. */
export async function checkModel(folder: string, attempt: ReturnType<typeof collector>['attempt'], readTokenizer = loadTokenizer) {
  const config = await attempt(() => readModelConfig(folder))
  if (config) await attempt(() => void openWeights(folder, config))
  const tokenizer = config && (await attempt(() => readTokenizer(folder)))
  return { config, tokenizer }
}

/** @param going the last adapter */
function trainedBy(args: TrainingArgs, config: ModelConfig, going: Adapter | undefined): Pick<Ground, 'specs' | 'saved' | 'whole'> {
  const whole = trainedTensors(config, args)
  if (whole !== null) return { specs: [], saved: [], whole: new Set(whole.map(({ name }) => name)) }
  if (going && startOf(args).adapter !== null) return { specs: going.specs, saved: going.saved.map(({ param }) => param), whole: null }
  const [specs, saved] = [newSpecs(args, config), savedParams(config, args.additional_target ?? [])]
  checkApart(specs, saved)
  return { specs, saved, whole: null }
}

/** Of a model whose head is its embedding, an adapter that has either for itself makes two of them: what is merged is another architecture. */
function checkMerged(merged: readonly string[], known: readonly Adapter[], { tied }: ModelConfig): void {
  const parted = known.slice(0, merged.length).findIndex(({ saved }) => tied && saved.some(({ param: { name } }) => isVocabulary(name)))
  if (parted >= 0) throw new UserError('adapter_parts_head', { path: merged[parted] }, 'adapter_name_or_path')
}

/** PiSSA has as many directions to begin with as the smallest weight has rows or columns. */
function newSpecs({ lora_target, lora_rank, use_dora, pissa_init }: TrainingArgs, config: ModelConfig): LoraSpec[] {
  const linears = loraTargets(config, lora_target)
  const maximum = Math.min(...linears.flatMap(({ in: input, out }) => [input, out]))
  if (pissa_init && lora_rank > maximum) throw new UserError('above_maximum', { key: 'lora_rank', value: lora_rank, maximum }, 'lora_rank')
  return loraSpecs(linears, lora_rank, use_dora)
}

/** All faults of a configuration that stands in the schema's eyes; with none, what the training needs of the disk. */
export async function checkTraining(args: TrainingArgs, readTokenizer = loadTokenizer): Promise<Checked> {
  const { faults, attempt } = collector()
  const { config, tokenizer } = await checkModel(args.model_name_or_path ?? '', attempt, readTokenizer)
  const template = tokenizer && (await attempt(() => templateFor(args.model_name_or_path ?? '', tokenizer, args)))
  if (template && config) await attempt(() => checkVocabulary(template, config.vocab_size))
  await attempt(() => checkDtype(computeDtype(args), 'bf16'))
  const start = startOf(args)
  const known = config && (await attempt(() => adaptersIn(start).map((folder) => readAdapter(folder, config))))
  if (config && known) await attempt(() => checkMerged(start.merged, known, config))
  const trained = config && known && (await attempt(() => trainedBy(args, config, known.at(-1))))
  const resume = await attempt(() => (args.do_train ? checkOutput(args) : checkEvaluationOutput(args)))
  if (args.do_train) await attempt(() => checkKept(args))
  if (resume && config && trained) await attempt(() => checkResumed(resume.folder, config, args, trained, start.adapter === null ? undefined : known?.at(-1)))
  if (faults.length > 0 || !config || !template || !trained) return { faults, ground: null } as Checked
  return { faults: [], ground: { config, template, ...trained, dtype: computeDtype(args), ...start, resume } }
}
