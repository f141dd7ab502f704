/**
 * Bad input at three doors: typed at the page, in a file that is taken over there, and on the command line. Each gives the same sentence, at its field where
 * there is one. The real trainer's checks answer; nothing is trained.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkout, chromiumPath, shareBoard } from './board'
import { BoardPage } from './page'

const base = { model_name_or_path: 'data/models/starter', template: 'chatml', dataset: 'identity_nova', do_train: true }

interface Case {
  what: string
  /** The field by its label, where there is one; else the sentence stands above Start. */
  label: string
  type: (window: BoardPage) => Promise<void>
  /** The same as a file and on the command line. */
  settings: Record<string, string | number | boolean>
  sentence: RegExp
}

const cases: Case[] = [
  {
    what: 'a learning rate that is no number',
    label: 'Learning rate',
    type: (window) => window.field('Learning rate').fill('abc'),
    settings: { learning_rate: 'abc' },
    sentence: /^learning_rate is "abc", which is not a number; it takes one such as 5e-5 \(> 0, ≤ 1\)\.$/,
  },
  {
    what: 'half a row',
    label: 'Batch size',
    type: (window) => window.field('Batch size').fill('2.5'),
    settings: { per_device_train_batch_size: 2.5 },
    sentence: /^per_device_train_batch_size is 2\.5, but must be a whole number\.$/,
  },
  {
    what: 'a count with letters behind it',
    label: 'Max samples',
    type: (window) => window.field('Max samples').fill('1e3x'),
    settings: { max_samples: '1e3x' },
    sentence: /^max_samples is "1e3x", which is not a number; it takes one such as 100000 \(≥ 1\)\.$/,
  },
  {
    what: 'a setting that nobody knows',
    label: 'Extra arguments',
    async type(window) {
      await window.button('More training settings').click()
      await window.field('Extra arguments').fill('{"learning_rat": 1}')
    },
    settings: { learning_rat: 1 },
    sentence: /^There is no setting "learning_rat"; the nearest name is "learning_rate"\.$/,
  },
  {
    what: 'a folder that is not there',
    label: 'Model path',
    type: (window) => window.field('Model path').fill('data/models/no-such'),
    settings: { model_name_or_path: 'data/models/no-such' },
    sentence: /no-such/,
  },
  {
    what: 'a template whose tokens the model lacks',
    label: 'Chat template',
    async type(window) {
      await window.field('Chat template').fill('llama3')
      await window.page.getByRole('option', { name: 'llama3', exact: true }).click()
    },
    settings: { template: 'llama3' },
    sentence: /^Template llama3 uses the token ".*", which this model does not have; choose another template\.$/,
  },
]

/** What the command says as it ends. */
function commandSays(settings: object): Promise<string> {
  const flags = Object.entries({ ...base, ...settings }).flatMap(([key, value]) => [`--${key}`, String(value)])
  const child = spawn(process.execPath, [path.join(checkout, 'dist/trainer.mjs'), 'train', ...flags], { cwd: checkout, env: { ...process.env, LC_ALL: 'C' } })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()))
  return new Promise((done) => child.once('close', (code) => done(code === 0 ? `ended with 0: ${said}` : said)))
}

describe.skipIf(chromiumPath === null)('bad input', () => {
  const shared = shareBoard()

  /** Imports settings as a file, and looks at what the page says of them before they are taken over. */
  async function takeFile(window: BoardPage, settings: object, look = async (): Promise<void> => undefined): Promise<void> {
    const file = path.join(shared.board.home, 'bad.yaml')
    writeFileSync(file, Object.entries({ ...base, ...settings }).map(([key, value]) => `${key}: ${value}\n`).join(''))
    await window.page.locator('input[type=file]').setInputFiles(file)
    const take = window.page.getByRole('dialog').getByRole('button', { name: 'Use these settings' })
    await take.waitFor()
    await look()
    await take.click()
  }

  test('has the same sentence at the page, in a file and on the command line', async () => {
    const window = await BoardPage.open(shared.browser, shared.board)
    const dialog = window.page.getByRole('dialog')
    for (const { what, label, type, settings, sentence } of cases) {
      await window.startAfresh()
      await window.setUpFirstRun()
      await type(window)
      await window.button('Start').click()
      const typed = await window.fault(label)
      expect(typed, what).toMatch(sentence)

      const told = await commandSays({ ...settings, output_dir: path.join(shared.board.home, 'saves/new') })
      expect(told.split('\n'), what).toContain(typed)

      await window.startAfresh()
      await takeFile(window, settings, async () => {
        if (label === 'Extra arguments') expect(await dialog.textContent(), what).toContain(typed)
      })
      if (label !== 'Extra arguments') expect(await window.fault(label), what).toBe(typed)
    }
    await window.close()
  })

  test('of a setting that the stage hides is shown where its file is taken, and can be taken out there', async () => {
    const settings = { stage: 'sft', pref_beta: 'abc' }
    const told = await commandSays({ ...settings, output_dir: path.join(shared.board.home, 'saves/new') })
    const window = await BoardPage.open(shared.browser, shared.board)
    await takeFile(window, settings)
    await window.button('Start').click()
    const shown = await window.fault('Beta value')
    expect(shown).toMatch(/^pref_beta is "abc", which is not a number/)
    expect(told.split('\n')).toContain(shown)
    await window.page.reload()
    await window.ready()
    await window.button('Start').click()
    expect(await window.fault('Beta value')).toBe(shown)
    await window.page.locator('[data-field="pref_beta"]').getByRole('button', { name: 'Reset' }).click()
    expect(await window.field('Beta value').count()).toBe(0)
    await window.close()
  })

  test('is not what only looks so: 1e3 rows, products of pixels, and bfloat16 without a GPU', async () => {
    const window = await BoardPage.open(shared.browser, shared.board)
    await takeFile(window, { max_samples: '1e3', image_max_pixels: '768*768', bf16: true })
    expect([await window.field('Max samples').inputValue(), await window.field('Compute type').textContent()]).toEqual(['1000', 'bf16'])
    await window.button('For other engines').click()
    await window.field('Image max pixels').fill('1024*1_000')
    expect(await window.page.locator('#fault-image_max_pixels').textContent()).toMatch(/^image_max_pixels is "1024\*1_000", which is not a number; it takes one such as 768\*768 \(≥ 1\)\.$/)
    await window.field('Image max pixels').fill('1024*1000')
    await window.button('Preview command').click()
    const command = await window.page.getByRole('dialog').locator('pre').first().textContent()
    expect(command).toContain('--max_samples 1000 ')
    expect(command).toContain('--image_max_pixels 1024000')
    expect(await commandSays({ max_samples: '1e3', image_max_pixels: '1024*1000', bf16: true, max_steps: 1, output_dir: path.join(shared.board.home, 'one') })).toMatch(/^ended with 0: /)
    await window.close()
  })

  test('never lets a run into another one’s folder, and the folder leaves the form as it is', async () => {
    const window = await BoardPage.open(shared.browser, shared.board)
    await window.setUpFirstRun()
    await window.field('Learning rate').fill('3e-4')
    const taken = path.join(shared.board.home, 'saves/Tuneboard-Starter/lora/taken')
    mkdirSync(taken, { recursive: true })
    writeFileSync(path.join(taken, 'trainer_log.jsonl'), '{"current_steps": 1, "total_steps": 1, "loss": 2}\n')
    writeFileSync(path.join(taken, 'training_args.yaml'), 'learning_rate: 0.5\nlora_rank: 99\n')
    const values = () => window.page.locator('[data-field]:not([data-field="output_dir"]) input').evaluateAll((inputs) => inputs.map((input) => [input.id, (input as HTMLInputElement).value]))
    const before = await values()
    await window.field('Output dir').fill('taken')
    const typed = await window.fault('Output dir')
    expect(typed).toContain('taken already holds another run')
    const told = await commandSays({ output_dir: taken })
    expect(told.split('\n')).toContain(typed)
    expect(await values()).toEqual(before)
    await window.field('Output dir').fill('free')
    await window.button('Preview command').click()
    expect(await window.page.getByRole('dialog').locator('pre').first().textContent()).toContain('--learning_rate 0.0003 ')
    await window.close()
  })
})
