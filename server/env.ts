/** Where things lie: the checkout that this server belongs to and the trainer's program. Options are in `options`. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runtimeSchema, type Runtime } from '@/lib/runtime'

/** Both `server/` and `dist/`, where this module is bundled to, lie right below the checkout. */
export const checkout = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

/** The program that trains, chats and inspects; tests put a fake one in its place with TUNEBOARD_TRAINER. */
export const trainerProgram = () => process.env.TUNEBOARD_TRAINER ?? path.join(checkout, 'dist/trainer.mjs')

/**
 * What the set-up chose; null before it has run.
 * @throws plain Error when the file is there but is not the set-up's.
 */
export function readRuntime(): Runtime | null {
  const file = path.join(checkout, '.tuneboard/runtime.json')
  return existsSync(file) ? runtimeSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : null
}

/** The environment of a trainer's process: ours, and what the native library needs before it loads where ours does not say it. */
export const trainerEnv = (): NodeJS.ProcessEnv => ({ ...readRuntime()?.env, ...process.env })

export function version(): string {
  const found: unknown = JSON.parse(readFileSync(path.join(checkout, 'package.json'), 'utf8'))
  return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : ''
}
