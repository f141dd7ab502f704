/** Golden files of features that come later: each case is listed as not yet supported, so that nobody takes silence for a pass. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { CheckResult } from '@/conform/check'
import { readGolden } from '@/conform/check'

/** preference/*.json: pairs, rated answers, reward models and PPO. A file's cases, groups or steps count one each. */
export async function* checkPreference(dir: string): AsyncGenerator<CheckResult> {
  const folder = path.join(dir, 'preference')
  if (!existsSync(folder)) return
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')).sort()) {
    for (let i = 0; i < partsOf(readGolden(folder, file)); i++) yield { name: `preference/${file} ${i}`, ok: false, unsupported: 'preference stages' }
  }
}

function partsOf(file: unknown): number {
  if (typeof file !== 'object' || file === null) return 1
  const lists = ['cases', 'groups', 'steps'].flatMap((key) => (key in file ? [(file as Record<string, unknown>)[key]] : []))
  return lists.reduce((sum: number, list) => sum + (Array.isArray(list) ? list.length : 0), 0) || 1
}
