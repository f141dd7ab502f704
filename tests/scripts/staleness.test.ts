/** What counts as stale: contents and names, not times; packages by npm's own record. */
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesUnder, fingerprint, inputsAreUnchanged, noteInputs } from '@/scripts/setup/fingerprint.mjs'
import { missingPackages, packagesAreInstalled } from '@/scripts/setup/install.mjs'
import { missingOptional, systemOf } from '@/scripts/complete-lock.mjs'
import { root } from '@/scripts/setup/paths.mjs'
import { temporaryFolder } from '@/tests/scripts/temporary'

function sources() {
  const base = temporaryFolder()
  mkdirSync(join(base, 'src/deep'), { recursive: true })
  mkdirSync(join(base, 'src/node_modules'))
  for (const [name, text] of [['src/a.ts', 'a'], ['src/deep/b.ts', 'b'], ['src/.hidden', 'x'], ['src/node_modules/c.ts', 'c']]) writeFileSync(join(base, name), text)
  return base
}

describe('a noted result', () => {
  const noted = () => {
    const base = sources()
    const note = join(base, 'note.json')
    noteInputs(note, base, filesUnder([join(base, 'src')]))
    return { base, note }
  }

  it('is fresh while nothing changes, also when a file is touched', () => {
    const { base, note } = noted()
    utimesSync(join(base, 'src/a.ts'), new Date(), new Date(0))
    expect(inputsAreUnchanged(note, base)).toBe(true)
  })

  it('is stale when an input changes or goes', () => {
    const { base, note } = noted()
    writeFileSync(join(base, 'src/a.ts'), 'A')
    expect(inputsAreUnchanged(note, base)).toBe(false)
    writeFileSync(join(base, 'src/a.ts'), 'a')
    expect(inputsAreUnchanged(note, base)).toBe(true)
    rmSync(join(base, 'src/deep/b.ts'))
    expect(inputsAreUnchanged(note, base)).toBe(false)
  })

  it('is stale without its note, or with half of it', () => {
    const { base, note } = noted()
    writeFileSync(note, '{"inputs": [')
    expect(inputsAreUnchanged(note, base)).toBe(false)
    rmSync(note)
    expect(inputsAreUnchanged(note, base)).toBe(false)
  })
})

it('finds files without packages and hidden ones, and tells a moved file from the same content', () => {
  const base = sources()
  const files = filesUnder([join(base, 'src'), join(base, 'absent')])
  expect(files).toEqual([join(base, 'src/a.ts'), join(base, 'src/deep/b.ts')])
  const before = fingerprint(base, files)
  rmSync(join(base, 'src/a.ts'))
  writeFileSync(join(base, 'src/z.ts'), 'a')
  expect(fingerprint(base, filesUnder([join(base, 'src')]))).not.toBe(before)
})

describe('npm packages', () => {
  const lock = { packages: { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0', optional: true } } }

  it('may lack optional ones of other systems, and nothing else', () => {
    expect(missingPackages(lock, { packages: { 'node_modules/a': { version: '1.0.0' } } })).toEqual([])
    expect(missingPackages(lock, { packages: { 'node_modules/a': { version: '1.0.1' }, 'node_modules/b': { version: '1.9.0' } } })).toEqual(['node_modules/a', 'node_modules/b'])
    expect(missingPackages(lock, { packages: {} })).toEqual(['node_modules/a'])
  })

  it('are stale as soon as package-lock.json names another version', () => {
    const base = temporaryFolder()
    mkdirSync(join(base, 'node_modules'))
    const write = (name: string, value: unknown) => writeFileSync(join(base, name), JSON.stringify(value))
    write('package-lock.json', lock)
    expect(packagesAreInstalled(base)).toBe(false)
    write('node_modules/.package-lock.json', { packages: { 'node_modules/a': { version: '1.0.0' } } })
    expect(packagesAreInstalled(base)).toBe(true)
    expect(packagesAreInstalled(base)).toBe(true)
    write('package-lock.json', { packages: { ...lock.packages, 'node_modules/c': { version: '3.0.0' } } })
    expect(packagesAreInstalled(base)).toBe(false)
  })
})

it('package-lock.json names the optional packages of every system, without which npm ci refuses it', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, object> }
  expect(Object.keys(missingOptional(lock))).toEqual([])
})

it.each([
  ['@rollup/rollup-linux-arm-musleabihf', { cpu: ['arm'], libc: ['musl'], os: ['linux'] }],
  ['@next/swc-win32-x64-msvc', { cpu: ['x64'], os: ['win32'] }],
  ['@tailwindcss/oxide-wasm32-wasi', { cpu: ['wasm32'] }],
  ['@esbuild/darwin-arm64', { cpu: ['arm64'], os: ['darwin'] }],
  ['fsevents', {}],
])('the name %s tells its system', (name, system) => expect(systemOf(name)).toEqual(system))
