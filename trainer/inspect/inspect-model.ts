/** What a model folder holds, and all that is wrong with it, for the page's model bar. */
import path from 'node:path'
import type { ModelReport } from '@/lib/api'
import type { ModelConfig } from '@/lib/models/config'
import { modelByPath } from '@/lib/models/catalog'
import { modelFolder } from '@/hub/model'
import { checkModel, collector } from '@/trainer/run/check'
import { isWasm } from '@/trainer/device'
import { availableMemory, trainingMemory } from '@/trainer/run/memory'
import { parameterCount } from '@/trainer/model/params'
import { readOwnRow } from '@/trainer/tokenizer/own-template'
import { openWeights } from '@/trainer/weights/index'

export async function inspectModel(name: string): Promise<ModelReport> {
  const folder = modelFolder(name)
  const { faults, attempt } = collector()
  const { config, tokenizer } = await checkModel(folder, attempt)
  const index = config && faults.length === 0 ? openWeights(folder, config) : null
  return {
    path: path.resolve(folder),
    family: config?.family ?? null,
    architecture: config?.architecture ?? null,
    parameters: config && parameterCount(config),
    size: index && [...index.values()].reduce((sum, { begin, end }) => sum + end - begin, 0),
    template: modelByPath(name)?.template ?? null,
    own_template: tokenizer !== null && (await collector().attempt(() => readOwnRow(folder, tokenizer))) !== null,
    room: { bf16: !isWasm(), fits: config && faults.length === 0 ? fitting(config) : [] },
    problems: faults,
  }
}

const lengths = [256, 512, 1024, 2048, 4096] as const
const most = 16

/** Share of the free memory that a run may plan with: the estimate leaves out what the allocator keeps. */
const usable = 0.8

/** How many rows of each length fit, by powers of two; an adapter is taken for a fiftieth of the base. */
function fitting(config: ModelConfig): { length: number; rows: number }[] {
  const parameters = parameterCount(config)
  const available = availableMemory() * usable
  const dtype = isWasm() ? 'float32' : 'bfloat16'
  const needed = (rows: number, length: number) => trainingMemory({ config, parameters, trainable: parameters / 50, dtype, rows, length })
  const rowsAt = (length: number) => {
    let rows = most
    while (rows >= 1 && needed(rows, length) > available) rows /= 2
    return rows >= 1 ? rows : 0
  }
  return lengths.filter((length) => length <= (config.max_position_embeddings)).map((length) => ({ length, rows: rowsAt(length) }))
}
