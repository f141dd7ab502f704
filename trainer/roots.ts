/**
 * Where data files may lie when the server asks for them: in the folders that it allows the browser (server/paths.ts), symbolic links followed. It names
 * them in TUNEBOARD_ROOTS. The user of the command line may read what the system lets them.
 */
import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { UserError } from '@/lib/errors'

const rootsSchema = z.array(z.string())

/** UserError path_outside. */
export async function checkPlace(file: string): Promise<void> {
  const given = process.env.TUNEBOARD_ROOTS
  if (given === undefined) return
  const place = await realpath(file)
  const holds = (root: string) => {
    const rest = path.relative(root, place).split(path.sep)
    return rest[0] !== '..' && !rest.some((name) => name.startsWith('.'))
  }
  if (!rootsSchema.parse(JSON.parse(given)).some(holds)) throw new UserError('path_outside', { path: file }, 'dataset')
}
