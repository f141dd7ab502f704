/** Where things lie in the checkout, and where what outlives it lies. */
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
/** What the set-up remembers about this checkout; may be deleted at any time. */
export const state = join(root, '.tuneboard')
export const dist = join(root, 'dist')
export const runtimeFile = join(state, 'runtime.json')

/** The folder per user that all checkouts share; holds TensorFlow and what was compiled against it. */
export function cacheDir(env = process.env) {
  if (env.TUNEBOARD_CACHE) return resolve(env.TUNEBOARD_CACHE)
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tuneboard')
}
