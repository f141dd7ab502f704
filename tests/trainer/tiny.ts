/** Tiny checkpoints for tests: configurations and expected numbers from tests/fixtures/models.json, weights by the formula of make.py. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import fixture from '@/tests/fixtures/models.json'
import { type ModelConfig, modelConfig } from '@/lib/models/config'
import type { NamedTensor } from '@/trainer/engine/types'
import { loraSpecs, loraTargets } from '@/trainer/adapter/lora'
import { paramSpecs } from '@/trainer/model/params'
import { elements, writeSafetensors } from '@/trainer/weights/safetensors'

const ints = z.array(z.number())
const rows = z.array(z.object({ row: z.number(), pos: z.number(), values: z.array(z.number()) }))
const caseSchema = z.object({
  config: z.looseObject({}),
  input_ids: z.array(ints),
  attention_mask: z.array(ints),
  labels: z.array(ints),
  loss: z.number(),
  logits: rows,
  packed: z.object({ cut: z.number(), logits: rows }),
  joined: rows,
  greedy: z.object({ prompt: ints, tokens: ints }),
  lora: z.object({ r: z.number(), alpha: z.number(), loss: z.number(), gradient_norms: z.record(z.string(), z.number()) }),
})
export type TinyCase = z.infer<typeof caseSchema>

export const cases = z.record(z.string(), caseSchema).parse(fixture.cases)

/** center ± spread, a function of the tensor's number and the element's. */
function formula(tensor: number, size: number, center: number, spread: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => center + (2 * (Math.abs(Math.sin((i + 1) * 12.9898 + tensor * 78.233) * 43758.5453) % 1) - 1) * spread)
}

/** The base weights, in the file's layout. */
export function tinyWeights(config: ModelConfig): NamedTensor[] {
  const specs = paramSpecs(config).sort((a, b) => (a.name < b.name ? -1 : 1))
  return specs.map(({ name, shape }, i) => {
    const isNorm = name.endsWith('norm.weight')
    const center = isNorm && config.norm_offset === 0 ? 1 : 0
    return { name, shape, data: formula(i, elements(shape), center, isNorm ? 0.2 : name.endsWith('bias') ? 0.3 : 0.5) }
  })
}

/** An adapter on all linears, or on those of some names, in the order of the forward pass. */
export function tinyAdapter(config: ModelConfig, rank: number, target: string[] = ['all']): NamedTensor[] {
  const tensors = loraSpecs(loraTargets(config, target), rank).flatMap(({ a, b }) => [a, b])
  const order = tensors.map(t => t.name).sort()
  return tensors.map(({ name, shape }) => ({ name, shape, data: formula(order.indexOf(name), elements(shape), 0, 0.5) }))
}

/** Writes a checkpoint folder and returns its path. */
export function writeTiny({ config: raw }: Pick<TinyCase, 'config'>, tensors?: NamedTensor[]): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tiny-'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(raw))
  const list = tensors ?? tinyWeights(modelConfig(raw, folder))
  writeSafetensors(path.join(folder, 'model.safetensors'), list.map(({ name, shape, data }) => ({ name, shape, dtype: 'F32', read: () => data })))
  return folder
}
