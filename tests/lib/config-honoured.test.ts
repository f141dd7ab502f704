/** A setting that counts as working is read somewhere outside the configuration's own files: none is accepted and then forgotten. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { fieldOf, keys, missingFeature, type Key } from '@/lib/config/fields'

const ownFiles = /^lib\/(config|messages)\/(?!derived|rules)/

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.posix.join(folder, name.replaceAll('\\', '/')))
    .filter((name) => name.endsWith('.ts') && !ownFiles.test(name))
}

/** A choice of which only the default works has nothing to be read. */
const onlyDefaultWorks = (key: Key): boolean => fieldOf(key).options?.every((option) => option === fieldOf(key).default || missingFeature(key, option) !== null) ?? false

it('every working setting is read', () => {
  const text = [...sources('trainer'), ...sources('lib')].map((name) => readFileSync(name, 'utf8')).join('\n')
  const working = keys.filter((key) => !fieldOf(key).inert && !fieldOf(key).part_of && !fieldOf(key).needs?.['*'] && !onlyDefaultWorks(key))
  expect(working.length).toBeGreaterThan(50)
  expect(working.filter((key) => !new RegExp(`\\b${key}\\b`).test(text))).toEqual([])
})
