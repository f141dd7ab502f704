/** What a model folder holds, and all that is wrong with it, for the page's model bar. */
import path from 'node:path'
import type { ModelReport } from '@/lib/api'
import { modelByPath } from '@/lib/models/catalog'
import { modelFolder } from '@/hub/model'
import { checkModel, collector } from '@/trainer/check'
import { parameterCount } from '@/trainer/model/params'
import { readOwnRow } from '@/trainer/own-template'
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
    problems: faults,
  }
}
