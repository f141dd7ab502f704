/** What a new setting costs: one line among the declarations and its words. The page, its search, the checks, the file and the command line find it by themselves. */
import { expect, it, vi } from 'vitest'
import { integer } from '@/lib/config/field'
import { parseFlags, parseOverrides } from '@/lib/config/overrides'
import { trainCommand } from '@/lib/config/command'
import { formDefaults, formGroups } from '@/lib/config/form'
import { importSettings } from '@/lib/config/import'
import { parseArgs } from '@/lib/config/schema'
import { found, workingGroups } from '@/lib/config/train-page'
import { writeYaml } from '@/lib/config/yaml'
import { translate } from '@/lib/messages'
import { fieldText } from '@/lib/messages/labels'
import { configurationDoc } from '@/tools/configuration-doc'

vi.mock('@/lib/config/fields/training', async (original) => {
  const { trainingFields } = await original<typeof import('@/lib/config/fields/training')>()
  const { integer: whole } = await vi.importActual<{ integer: typeof integer }>('@/lib/config/field')
  return { trainingFields: { ...trainingFields, cooldown_rows: whole(3, { minimum: 1, maximum: 9, group: 'advanced', widget: 'number' }) } }
})
vi.mock('@/lib/messages/fields-en', async (original) => {
  const { fieldsEn } = await original<typeof import('@/lib/messages/fields-en')>()
  return { fieldsEn: { ...fieldsEn, fields: { ...fieldsEn.fields, cooldown_rows: { label: 'Cooldown rows', help: 'Rows that rest.' } } } }
})

const base = { model_name_or_path: 'm', dataset: 'd', output_dir: 'o', do_train: true }
const words = (name: string) => fieldText(translate('en'), name)
const args = (more: object) => {
  const parsed = parseArgs({ ...base, ...more })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return parsed.args
}
const key = 'cooldown_rows' as keyof ReturnType<typeof formDefaults>

it('is on the page in its group, with its words and its first value, and is found', () => {
  expect(formGroups.find(({ id }) => id === 'advanced')?.keys).toContain(key)
  expect(workingGroups(formDefaults()).find(({ id }) => id === 'advanced')?.names).toContain(key)
  expect(words(key)).toEqual({ label: 'Cooldown rows', help: 'Rows that rest.' })
  expect(formDefaults()[key]).toBe(3)
  expect(found('rest cooldown', words)).toEqual([key])
})

it('is checked, written to the file, read from it, and documented', () => {
  expect(parseArgs({ ...base, cooldown_rows: 10 })).toMatchObject({ ok: false, faults: [{ code: 'above_maximum', field: key }] })
  expect(parseArgs({ ...base, cooldown_row: 1 })).toMatchObject({ ok: false, faults: [{ code: 'unknown_key', values: { nearest: key } }] })
  const text = writeYaml(args({ cooldown_rows: 5 }))
  expect(text).toMatch(/^cooldown_rows: 5$/m)
  expect(importSettings(text).imported?.args[key]).toBe(5)
  expect(configurationDoc()).toContain('| `cooldown_rows` | Cooldown rows |')
})

it('is in the command and on the command line', () => {
  expect(trainCommand(args({ cooldown_rows: 5 }), 'tuneboard')).toContain('--cooldown_rows 5')
  expect(parseFlags(['--cooldown_rows', '5'])).toEqual({ ok: true, values: { cooldown_rows: 5 } })
  expect(parseOverrides(['cooldown_rows=5'])).toEqual({ ok: true, values: { cooldown_rows: 5 } })
})
