import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UserError } from '@/lib/errors'
import type { ServerOptions } from '@/server/options'
import { openPaths } from '@/server/paths'
import { checkout } from './harness'

let base: string
const at = (...parts: string[]) => path.join(base, ...parts)
const options = (more: Partial<ServerOptions> = {}): ServerOptions => ({ port: 0, host: '127.0.0.1', home: at('home'), roots: [], dev: false, token: null, ...more })

/** Without the folder beside the checkout, which may hold this test's own folder when the checkout lies in a temporary place. */
const narrow = () => options({ host: '0.0.0.0', token: 'x' })

beforeEach(() => {
  base = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'tuneboard-paths-')))
  for (const folder of ['home/saves', 'home/.tuneboard', 'home/models/one', 'outside/secret', 'home-not']) mkdirSync(at(folder), { recursive: true })
  writeFileSync(at('home/models/one/config.json'), '{}')
  writeFileSync(at('home/models/note.txt'), 'abc')
  writeFileSync(at('outside/secret/data.json'), '[]')
})
afterEach(() => rmSync(base, { recursive: true }))

const faultOf = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    if (error instanceof UserError) return error.fault
    throw error
  }
  return null
}

test('what lies inside is found, also by a relative name and when it is still to be made', () => {
  const paths = openPaths(options())
  expect(paths.inside(at('home/models/one'))).toBe(at('home/models/one'))
  expect(paths.inside(at('home/models/../models/one/'))).toBe(at('home/models/one'))
  expect(paths.inside(at('home/new/folder'))).toBe(at('home/new/folder'))
  expect(paths.inside('data')).toBe(path.join(checkout, 'data'))
})

test('what lies outside is refused: by .., absolutely, through a link, by a name that only begins alike', () => {
  const paths = openPaths(narrow())
  symlinkSync(at('outside'), at('home/models/link'))
  symlinkSync(at('home/models/loop'), at('home/models/loop'))
  for (const target of [at('home/../outside/secret'), '/etc/passwd', '../../../../../../../etc', at('home/models/link/secret'), at('home-not'), at('home/models/loop'), `${at('home')}\0/x`, 'x'.repeat(5000)]) {
    expect(faultOf(() => paths.inside(target, 'dataset_dir'))).toEqual({ code: 'path_outside', values: { path: target }, field: 'dataset_dir' })
  }
})

test('hidden names are closed', () => {
  const paths = openPaths(options())
  expect(paths.allows(at('home/.tuneboard/queue.json'))).toBe(false)
  expect(paths.allows(path.join(os.homedir(), '.ssh/id_rsa'))).toBe(false)
  expect(paths.allows(path.join(checkout, '.git/config'))).toBe(false)
})

test("a further root opens its folder; the user's home folder is open on loopback only", () => {
  expect(openPaths(options({ roots: [at('outside')] })).allows(at('outside/secret/data.json'))).toBe(true)
  const inHome = path.join(os.homedir(), 'tuneboard-no-such-folder')
  expect(openPaths(options()).allows(inHome)).toBe(true)
  expect(openPaths(options({ host: '0.0.0.0', token: 'x' })).allows(inHome)).toBe(checkout.startsWith(os.homedir()))
})

test('a folder is listed with what is a model, folders first, without what leads outside', () => {
  const paths = openPaths(narrow())
  symlinkSync(at('outside'), at('home/models/link'))
  expect(paths.browse(at('home/models'))).toEqual({
    path: at('home/models'),
    parent: at('home'),
    entries: [
      { name: 'one', path: at('home/models/one'), kind: 'folder', is_model: true, size: null },
      { name: 'note.txt', path: at('home/models/note.txt'), kind: 'file', is_model: false, size: 3 },
    ],
  })
  expect(paths.browse(at('home')).parent).toBeNull()
  expect(paths.browse(null).entries.map((entry) => entry.path)).toEqual(paths.roots)
  expect(faultOf(() => paths.browse(at('home/nowhere')))).toMatchObject({ code: 'file_unreadable' })
})

test('models of the home are found without being named', () => {
  mkdirSync(at('home/data/models/mine'), { recursive: true })
  writeFileSync(at('home/data/models/mine/config.json'), '{}')
  expect(openPaths(options()).models()).toContainEqual({ name: 'mine', path: at('home/data/models/mine') })
})
