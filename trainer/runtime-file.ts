/** What the set-up chose for this checkout (`.tuneboard/runtime.json`), read by the trainer's processes. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Runtime, runtimeSchema } from '@/lib/runtime'

/** @returns null before the set-up has run @throws plain Error when the file is not the set-up's */
export function readRuntime(): Runtime | null {
  const file = join(checkout(), '.tuneboard', 'runtime.json')
  return existsSync(file) ? runtimeSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : null
}

/** The folder of package.json above this module, which may lie in trainer/ or, bundled, somewhere below dist/. */
export function checkout(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}
