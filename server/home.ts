/** The home folder: made, writable, and of one server at a time, because its queue is. */
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { systemProblem } from '@/lib/causes'
import { UserError } from '@/lib/errors'
import { readJson, writeWhole } from '@/server/files'
import { identify, isAlive } from '@/server/process'

const ownerSchema = z.strictObject({ pid: z.number().int(), pid_start: z.string().nullable(), url: z.string() })

/** Node's own recursive way never ends where a folder can neither be made nor be missing (below /proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(path.dirname(folder))
  mkdirSync(folder)
}

/**
 * Makes the home and its `.tuneboard/`, and writes down there who serves it.
 * @param url without a token
 * @throws UserError `folder_unwritable`, `home_in_use`
 */
export function claimHome(home: string, url: string): void {
  const own = path.join(home, '.tuneboard')
  try {
    makeFolder(own)
    accessSync(home, constants.W_OK)
  } catch (error) {
    throw new UserError('folder_unwritable', { path: home, problem: systemProblem(error) })
  }
  const file = path.join(own, 'server.json')
  const owner = ownerSchema.safeParse(readJson(file)).data
  if (owner !== undefined && owner.pid !== process.pid && isAlive(owner)) throw new UserError('home_in_use', { path: home, url: owner.url })
  writeWhole(file, JSON.stringify({ ...identify(process.pid), url }) + '\n', { durable: false })
}
