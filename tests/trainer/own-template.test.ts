/** Chat templates in model folders: where they are looked for, what becomes of broken and endless ones, and a whole check with one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UserError } from '@/lib/errors'
import { sentence } from '@/lib/messages'
import { inspectModel } from '@/trainer/inspect/inspect-model'
import { templateFor } from '@/trainer/tokenizer/own-template'
import { checkReport } from '@/trainer/run/plan'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { makeDataset, makeTinyModel } from './tiny-model'

let folder = ''
beforeEach(() => {
  folder = makeTinyModel(mkdtempSync(path.join(tmpdir(), 'own-')))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, value: unknown) => writeFileSync(path.join(folder, name), typeof value === 'string' ? value : JSON.stringify(value))
const marks = (mark: string) => `{% for m in messages %}<|im_start|>${mark}${'{{ m.role }}'}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>${mark}assistant\n{% endif %}`
const prompt = async () => {
  const template = templateFor(folder, await loadTokenizer(folder), { template: null })
  return template.tokenizer.decode(template.encodeOneturn([{ role: 'user', content: 'q' }, { role: 'assistant', content: '' }]).prompt)
}
const fault = async () => {
  try {
    await prompt()
  } catch (error) {
    if (error instanceof UserError) return error.fault
    throw error
  }
  throw new Error('nothing was refused')
}

describe('where it lies', () => {
  const config = { eos_token: '<|im_end|>', pad_token: '<|endoftext|>' }

  test('in the tokenizer’s settings, alone or by name', async () => {
    write('tokenizer_config.json', { ...config, chat_template: marks('1') })
    expect(await prompt()).toBe('<|im_start|>1user\nq<|im_end|>\n<|im_start|>1assistant\n')
    write('tokenizer_config.json', { ...config, chat_template: [{ name: 'tool_use', template: marks('t') }, { name: 'default', template: marks('d') }] })
    expect(await prompt()).toContain('<|im_start|>duser')
  })

  test('in a file of its own, which goes first', async () => {
    write('tokenizer_config.json', { ...config, chat_template: marks('1') })
    write('chat_template.jinja', marks('2'))
    expect(await prompt()).toContain('<|im_start|>2user')
  })

  test('nowhere, or only for tools', async () => {
    expect(await fault()).toMatchObject({ code: 'template_needed', values: { path: folder }, field: 'template' })
    write('tokenizer_config.json', { ...config, chat_template: [{ name: 'tool_use', template: marks('t') }] })
    expect(await fault()).toMatchObject({ code: 'template_needed' })
  })
})

test.each([
  ['broken', '{% for %}', 'does not work'],
  ['slow to read', `${' '.repeat(200_000)}{{ x`, '3 seconds'],
  ['endless', '{% for a in range(9999) %}{% for b in range(9999) %}{{ a }}{% endfor %}{% endfor %}', 'steps'],
  ['without the messages', 'Hello.', 'leaves out the text'],
])('a template that is %s', async (_, source, reason) => {
  write('chat_template.jinja', source)
  const found = await fault()
  expect(found).toMatchObject({ code: 'chat_template_unusable', field: 'template' })
  expect(sentence(found, 'en')).toContain(reason)
  expect((await inspectModel(folder)).own_template).toBe(false)
})

test('a training without a template uses it; the page is told that there is one', async () => {
  makeDataset(path.join(folder, 'data'), 8)
  const args = { model_name_or_path: folder, dataset_dir: path.join(folder, 'data'), dataset: 'sums', output_dir: path.join(folder, 'out'), do_train: true }
  expect((await checkReport(args)).faults).toMatchObject([{ code: 'template_needed' }])
  write('chat_template.jinja', marks(''))
  expect(await checkReport(args)).toMatchObject({ faults: [], plan: { examples: 8 } })
  expect(await inspectModel(folder)).toMatchObject({ own_template: true, problems: [] })
})
