/** What a training of an adapter begins with: one that goes on, or a new one. */
import type { ModelConfig } from '@/lib/models/config'
import { readAdapter, readAdapterSettings } from '@/trainer/adapter/adapter'
import { type LoraSpec, initLora, loraScale, loraSpecs, loraTargets } from '@/trainer/adapter/lora'
import { adapterChanges } from '@/trainer/adapter/changed'
import { rowLengths } from '@/trainer/adapter/merged'
import { plainAdapters, type Principal, principalOf } from '@/trainer/adapter/pissa'
import { savedAtStart, savedParams, type SavedTensor } from '@/trainer/adapter/saved'
import type { LoraSpec as LoraSettings, NamedTensor } from '@/trainer/engine/types'

export interface AdapterStart {
  config: ModelConfig
  /** null when no adapter is trained; then there is none to start. */
  lora: LoraSettings | null
  adapter: string | null
  seed: number
  /** What it stands on: DoRA starts with the lengths of its weights. */
  weights: string | object
  merged?: readonly string[]
  /** Folder of what PiSSA began as, where that is known. */
  without?: string
}

/** What a training begins with: the adapter in `adapter`, or a new one by `lora`'s settings. */
export function startingAdapter({ config, lora, adapter, seed, weights, merged }: AdapterStart): { specs: LoraSpec[]; tensors: NamedTensor[]; saved: SavedTensor[]; scale: number } {
  if (adapter !== null) {
    const { settings, specs, tensors, saved } = readAdapter(adapter, config)
    return { specs, tensors, saved, scale: loraScale(settings) }
  }
  if (lora === null) throw new Error('adapter: this run trains no adapter')
  const specs = loraSpecs(loraTargets(config, lora.target), lora.rank, lora.use_dora)
  const model = String(weights)
  const beneath = lora.use_dora || lora.saved?.length ? plainAdapters(merged ?? [], config, model) : []
  const lengths = lora.use_dora ? rowLengths(model, config, beneath) : undefined
  const saved = savedAtStart(savedParams(config, lora.saved ?? []), model, config, beneath.map((one) => adapterChanges(one)))
  return { specs, tensors: initLora(specs, seed, lengths), saved, scale: loraScale(lora) }
}

/** What the base is trained without: what the adapter began as, where that is PiSSA's. */
export function takenOut({ config, adapter, weights, merged = [], without }: Omit<AdapterStart, 'lora' | 'seed'>): Principal | null {
  if (without !== undefined) return readAdapter(without, config)
  if (adapter === null || !readAdapterSettings(adapter).pissa) return null
  const model = String(weights)
  return principalOf(adapter, readAdapter(adapter, config), { model, config, beneath: plainAdapters(merged, config, model) })
}
