/** Where the reference vectors lie, for the tests that compare with them; every such test is skipped where they are absent. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder named by TUNEBOARD_GOLDEN, else ../shared/golden beside the checkout; null where there is none. */
export function goldenDir(): string | null {
  const named = process.env.TUNEBOARD_GOLDEN
  const folder = named ? resolve(named) : fileURLToPath(new URL('../../shared/golden', import.meta.url))
  if (named && !existsSync(folder)) throw new Error(`TUNEBOARD_GOLDEN names ${folder}, which does not exist`)
  return existsSync(join(folder, 'README.md')) ? folder : null
}
