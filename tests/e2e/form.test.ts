/**
 * The Train form as LLaMA Board's users look for it: every element under its label with its first value, switched off with a reason where this version lacks
 * it, else with its effect on the command; search, resets, presets; files that are taken over, dropped, saved and exported.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keyOfElement } from '@/lib/config/board-file'
import { lacking } from '@/lib/config/form'
import { joints } from '@/lib/config/joint'
import { barKeys } from '@/lib/config/train-page'
import { boardElements, elsewhereOnPage, notYetOnPage } from '@/tests/board-elements'
import { violations } from './axe'
import { chromiumPath, fakeTrainer, openChromium, startBoard, type TestBoard } from './board'
import { BoardPage, type WindowOptions } from './page'

/** What stands on the page for an element: its label, whether it is switched off, and what describes it. */
interface Shown {
  label: string
  disabled: boolean
  described: string
}

const nameOf = (element: string): string => (element in joints ? element : (keyOfElement(element) ?? element))

/** Values for as many settings at once as go together. */
const changes = {
  learning_rate: '3e-4', num_train_epochs: '2', max_grad_norm: '0.5', max_samples: '1e3', cutoff_len: '512', per_device_train_batch_size: '4', gradient_accumulation_steps: '2',
  val_size: '0.1', logging_steps: '7', save_steps: '70', warmup_steps: '3', seed: '5', lora_rank: '4', lora_alpha: '12', lora_dropout: '0.1', lora_target: 'q_proj, v_proj',
  project: 'mine', trackio_space_id: 'space', image_max_pixels: '1000', image_min_pixels: '100', video_max_pixels: '900', video_min_pixels: '90',
} as const
const written = { ...changes, learning_rate: '0.0003', max_samples: '1000', num_train_epochs: '2', lora_target: 'q_proj,v_proj' }
const switches = ['packing', 'neat_packing', 'train_on_prompt', 'use_rslora', 'use_dora', 'create_new_adapter', 'enable_thinking', 'freeze_vision_tower', 'freeze_multi_modal_projector'] as const

describe.skipIf(chromiumPath === null)('the Train form', () => {
  let board: TestBoard
  let browser: Browser

  const open = (options?: WindowOptions) => BoardPage.open(browser, board, options)

  beforeAll(async () => {
    board = await startBoard({ trainer: fakeTrainer, env: { FAKE_STEP_MS: '10', FAKE_STEPS: '20' } })
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser.close()
    await board.close()
  })

  /** Every field that the page shows, by its name. */
  const fieldsOf = (window: BoardPage) =>
    window.page.evaluate(() =>
      Object.fromEntries(
        [...document.querySelectorAll<HTMLElement>('[data-field]')].map((field): [string, Shown] => {
          const control = document.getElementById(field.querySelector('label')?.htmlFor ?? '')
          const described = control?.getAttribute('aria-describedby') ?? ''
          return [
            field.dataset.field ?? '',
            { label: field.querySelector('label')?.textContent ?? '', disabled: control?.matches(':disabled') ?? false, described: document.getElementById(described)?.textContent ?? '' },
          ]
        }),
      ),
    )

  test('keeps its sections as they were left, over a reload', async () => {
    const window = await open()
    const section = window.button('More training settings')
    for (const expanded of ['true', 'false']) {
      await section.click()
      await window.page.reload()
      await window.ready()
      await expect.poll(() => section.getAttribute('aria-expanded')).toBe(expanded)
    }
    await window.close()
  })

  test('shows every element of LLaMA Board by its label, and says why one cannot be used', async () => {
    const window = await open()
    await window.openGroups()
    const first = await fieldsOf(window)
    // Some belong to one stage or one method, and stand there when it is chosen.
    await window.choose('Stage', 'DPO')
    await window.openGroups()
    const ofStage = await fieldsOf(window)
    await window.choose('Finetuning method', 'freeze')
    const shown = { ...(await fieldsOf(window)), ...ofStage, ...first }
    for (const { element, label } of boardElements) {
      if (element in elsewhereOnPage || notYetOnPage.includes(element)) continue
      const key = keyOfElement(element)
      const found = shown[nameOf(element)]
      expect(found, element).toMatchObject({ label })
      const missing = ['device_count', 'ds_stage', 'ds_offload'].includes(element) || (key !== undefined && !(element in joints) && !barKeys.includes(key) && lacking(key) !== null)
      expect(found.disabled, element).toBe(missing)
      if (missing) expect(found.described, element).toContain('this version does not have')
    }
    expect(await violations(window.page)).toEqual([])
    await window.close()
  })

  test('puts every change into the command', async () => {
    const window = await open()
    await window.setUpFirstRun()
    await window.openGroups()
    const field = (key: string) => window.page.locator(`[data-field="${key}"]`)
    await field('warmup_ratio').locator('input').fill('')
    for (const [key, value] of Object.entries(changes)) await field(key).locator('input').fill(value)
    for (const key of switches) await field(key).getByRole('checkbox').click()
    await window.choose('Compute type', 'bf16')
    await window.choose('Booster', 'liger_kernel')
    await window.choose('LR scheduler', 'linear')
    await window.field('Extra arguments').fill('{"data_seed": 9}')
    await window.button('Preview command').click()
    const command = await window.page.getByRole('dialog').locator('pre').first().textContent()
    for (const [key, value] of Object.entries(written)) expect(command).toMatch(new RegExp(`--${key} ${value.replaceAll('.', '\\.')}(?= |$)`, 'm'))
    for (const key of switches) expect(command).toContain(`--${key} `)
    for (const part of ['--bf16 true', '--enable_liger_kernel true', '--lr_scheduler_type linear', '--data_seed 9', '--enable_thinking false']) expect(command).toContain(part)
    await window.close()
  })

  test('finds settings by key, label and help, marks what was changed, and takes it back', async () => {
    const window = await open()
    const search = window.page.getByRole('searchbox', { name: 'Search settings' })
    await search.fill('neftune')
    await window.page.locator('[data-field="neftune_noise_alpha"]').waitFor()
    await search.fill('rank galore')
    expect(await window.field('GaLore rank').isDisabled()).toBe(true)
    await search.fill('no such thing')
    await window.page.getByText('No setting has this').waitFor()
    await search.fill('')
    await window.field('Learning rate').fill('5.0e-05')
    await window.field('LoRA rank').fill('32')
    await window.field('Epochs').fill('4')
    await window.button('2 changed').click()
    expect(await window.page.locator('[data-field]').filter({ has: window.page.getByRole('button', { name: 'Reset' }) }).count()).toBe(2)
    await window.button('2 changed').click()
    await window.button('1 changed: Reset LoRA').click()
    expect(await window.field('LoRA rank').inputValue()).toBe('8')
    await window.button('Reset all').click()
    expect(await window.field('Epochs').inputValue()).toBe('3')
    await window.button('Undo').click()
    expect(await window.field('Epochs').inputValue()).toBe('4')
    await window.close()
  })

  test('takes over a preset, a dropped file and saved arguments, after saying what they change', async () => {
    const window = await open()
    const { page } = window
    const dialog = page.getByRole('dialog')
    await window.setUpFirstRun()
    await window.button('Presets and files').click()
    await page.getByRole('menuitem', { name: /^Quick try/ }).click()
    await dialog.getByText('max_samples').waitFor()
    expect(await violations(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Use these settings' }).click()
    expect(await window.field('Max samples').inputValue()).toBe('200')

    await window.button('Presets and files').click()
    await page.getByRole('menuitem', { name: /^Saved arguments/ }).click()
    await dialog.getByLabel('Name', { exact: true }).fill('quick one')
    await dialog.getByRole('button', { name: 'Save arguments' }).click()
    await dialog.getByRole('button', { name: 'Load quick one' }).waitFor()
    expect(readFileSync(path.join(board.home, 'config/quick one.yaml'), 'utf8')).toContain('max_samples: 200')
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')

    await drop(window, 'theirs.yaml', 'model_name_or_path: data/models/starter\ntemplate: chatml\ndataset: identity_nova\nlearning_rate: 1.0e-4\nlora_alpha: 64\ndata_seed: 3\nlearning_rat: 1\nuse_galore: true\n')
    await dialog.getByText('There is no setting "learning_rat"; the nearest name is "learning_rate".').waitFor()
    await dialog.getByText('use_galore = true needs GaLore, which this version does not have.').waitFor()
    await dialog.getByRole('button', { name: 'Use these settings' }).click()
    expect(await window.field('Learning rate').inputValue()).toBe('1e-4')
    expect(await page.locator('[data-field="data_seed"] input').inputValue()).toBe('3')

    await drop(window, 'broken.yaml', 'a: [1')
    await dialog.getByText('The YAML is not valid at line').waitFor()
    await page.keyboard.press('Escape')

    await window.button('Presets and files').click()
    await page.getByRole('menuitem', { name: /^Saved arguments/ }).click()
    await dialog.getByRole('button', { name: 'Load quick one' }).click()
    await dialog.getByRole('button', { name: 'Use these settings' }).click()
    expect(await window.field('Max samples').inputValue()).toBe('200')

    const saved = page.waitForEvent('download')
    await window.button('Presets and files').click()
    await page.getByRole('menuitem', { name: 'Export as a file' }).click()
    const file = await saved
    expect(file.suggestedFilename()).toBe('Tuneboard-Starter_sft.yaml')
    const text = readFileSync(await file.path(), 'utf8')
    for (const line of [/^max_samples: 200$/m, /^output_dir: saves\/Tuneboard-Starter\/lora\/train_/m]) expect(text).toMatch(line)
    expect(window.complaints).toEqual([])
    await window.close()
  })
})

/** Drops a file on the page, as a file manager does. */
async function drop({ page }: BoardPage, name: string, text: string): Promise<void> {
  const data = await page.evaluateHandle(([file, content]) => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([content], file, { type: 'application/yaml' }))
    return transfer
  }, [name, text] as const)
  await page.dispatchEvent('body', 'drop', { dataTransfer: data })
}
