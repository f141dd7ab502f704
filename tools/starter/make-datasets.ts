/** Writes the datasets that ship with the project. */
import { writeWhole } from '@/trainer/files'
import { datasetFiles } from '@/tools/starter/datasets/files'
import { dataFolder } from '@/tools/starter/paths'
import path from 'node:path'

export function makeDatasets(): void {
  for (const [name, text] of Object.entries(datasetFiles())) writeWhole(path.join(dataFolder, name), text)
  console.log(`datasets: ${Object.keys(datasetFiles()).join(', ')}`)
}
