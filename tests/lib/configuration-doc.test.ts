/** The documentation of the settings is the one that the declarations give; `-u` writes it anew. */
import path from 'node:path'
import { expect, it } from 'vitest'
import { fieldOf, keys } from '@/lib/config/fields'
import { configurationDoc } from '@/tools/configuration-doc'

it('docs/configuration.md is current', async () => {
  await expect(configurationDoc()).toMatchFileSnapshot(path.resolve('docs/configuration.md'))
})

it('names every setting', () => {
  const text = configurationDoc()
  expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([])
  expect(keys.filter((key) => fieldOf(key).inert && fieldOf(key).needs)).toEqual([])
})
