/** The shape of the code, held by its imports: who may know whom, nobody knows himself by a detour, and a page is thin. Types do not count: they are gone when the program runs. */
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { bundles } from '../../scripts/setup/bundles.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = readdirSync(path.join(root, 'app'), { recursive: true, encoding: 'utf8' }).filter((file) => path.basename(file) === 'page.tsx').map((file) => path.posix.join('app', file.split(path.sep).join('/')))

/** The files of this project that each file needs when it runs. */
async function importsOf(entries: string[]): Promise<Map<string, string[]>> {
  const built = await build({ entryPoints: entries, absWorkingDir: root, bundle: true, write: false, metafile: true, outdir: 'out', format: 'esm', platform: 'node', packages: 'external', jsx: 'automatic', loader: { '.css': 'empty' }, logLevel: 'silent' })
  return new Map(Object.entries(built.metafile.inputs).map(([file, { imports }]) => [file, imports.filter(({ external, kind }) => !external && kind !== 'dynamic-import').map((found) => found.path)]))
}

/** A way from a file back to itself; null where there is none. */
function circle(imports: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>()
  const visit = (file: string, way: string[]): string[] | null => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (done.has(file)) return null
    for (const next of imports.get(file) ?? []) {
      const found = visit(next, [...way, file])
      if (found) return found
    }
    done.add(file)
    return null
  }
  for (const file of imports.keys()) {
    const found = visit(file, [])
    if (found) return found
  }
  return null
}

/** What each folder's files may take from other folders. */
const mayKnow: Record<string, string[]> = {
  lib: [],
  hub: ['lib'],
  server: ['lib', 'hub'],
  // The set-up says where the user's cache lies.
  trainer: ['lib', 'hub', 'scripts'],
  components: ['lib'],
  app: ['components', 'lib'],
}

describe('the code', async () => {
  const imports = await importsOf([...Object.values(bundles as Record<string, string>), ...pages])
  const folder = (file: string) => file.split('/')[0]

  test('was read whole', () => {
    for (const name of Object.keys(mayKnow)) expect([...imports.keys()].some((file) => folder(file) === name), name).toBe(true)
  })

  test('has no circle of files that need each other', () => {
    expect(circle(new Map([['a', ['b']], ['b', ['c']], ['c', ['b']]]))).toEqual(['b', 'c', 'b'])
    expect(circle(imports)).toBeNull()
  })

  test.each(Object.entries(mayKnow))('%s/ knows %j besides itself', (name, known) => {
    const strangers = [...imports].filter(([file]) => folder(file) === name).flatMap(([file, needs]) => needs.filter((other) => ![name, ...known].includes(folder(other))).map((other) => `${file} → ${other}`))
    expect(strangers).toEqual([])
  })

  test.each(pages)('%s has at most 50 lines', (page) => {
    expect(readFileSync(path.join(root, page), 'utf8').split('\n').length).toBeLessThanOrEqual(50)
  })
})
