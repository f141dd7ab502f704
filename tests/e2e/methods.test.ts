/** The methods of tuning from the page, with the real trainer: the model itself, trained and talked to; an adapter on another, and both together. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { violations } from './axe'
import { checkout, chromiumPath, shareBoard } from './board'
import { BoardPage } from './page'

const hasStarter = existsSync(path.join(checkout, 'data/models/starter/model.safetensors'))

describe.skipIf(chromiumPath === null || !hasStarter)('the methods', () => {
  const shared = shareBoard()

  const trainAs = async (window: BoardPage, name: string) => {
    await window.field('Output dir').fill(name)
    await window.button('Start').click()
    await window.page.locator('#run').getByRole('heading', { name }).waitFor()
    await window.page.locator('#run').getByRole('status').filter({ hasText: /^Done$/ }).waitFor({ timeout: 120_000 })
  }

  test('train a whole model, and adapters one upon the other', async () => {
    const window = await BoardPage.open(shared.browser, shared.board)
    const { page } = window
    await window.setUpFirstRun()
    await window.field('Max samples').fill('16')
    await window.field('Epochs').fill('1')

    await window.choose('Finetuning method', 'freeze')
    await window.field('Trainable modules').fill('q_proj')
    expect(await window.fault('Trainable modules')).toContain('must be one of all, input_layernorm')
    expect(await window.field('LoRA rank').count()).toBe(0)
    await window.choose('Finetuning method', 'full')
    expect(await window.field('Checkpoint path').textContent()).toContain('None: the model itself')
    await trainAs(window, 'whole')
    expect(readdirSync(path.join(shared.board.home, 'saves'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('full/whole/model.safetensors'))).toHaveLength(1)
    await window.field('Checkpoint path').click()
    await page.getByRole('checkbox', { name: /whole/ }).first().click()
    await page.keyboard.press('Escape')
    expect(await window.field('Model path').inputValue()).toMatch(/\/full\/whole$/)
    await window.field('Model path').fill('data/models/starter')

    await window.choose('Finetuning method', 'lora')
    expect(await window.field('Convert PiSSA').count()).toBe(0)
    await window.field('Use PiSSA').click()
    await window.field('Convert PiSSA').click()
    await trainAs(window, 'first')
    for (const folder of ['pissa_init', 'pissa_converted']) expect(readdirSync(path.join(shared.board.home, 'saves'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(`first/${folder}/adapter_model.safetensors`))).toHaveLength(1)
    await window.field('Checkpoint path').click()
    await page.getByRole('checkbox', { name: /^first(?! \/)/ }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('switch', { name: 'Create new adapter' }).or(window.field('Create new adapter')).first().click()
    await trainAs(window, 'second')

    await page.getByRole('button', { name: 'Chat with second' }).click()
    await page.getByRole('status').filter({ hasText: /^Loaded/ }).waitFor()
    expect(await window.field('Checkpoint path').textContent()).toBe('first, second')
    await window.field('Sample').click()
    await window.field('Maximum new tokens').fill('16')
    await window.ask('Who are you?')
    expect(await window.answer('adapter')).not.toBe('')
    expect(await violations(page)).toEqual([])

    await page.goto(`${shared.board.url}/runs`)
    await page.getByRole('button', { name: 'More for second' }).click()
    await page.getByRole('menuitem', { name: 'Evaluate & Predict' }).click()
    await page.waitForURL('**/evaluate*')
    await expect.poll(() => window.field('Checkpoint').textContent()).toBe('first, second')
    expect(await window.field('Model path').inputValue()).toBe('data/models/starter')

    await page.goto(`${shared.board.url}/runs`)
    await page.getByRole('button', { name: 'Chat with whole' }).click()
    await page.getByRole('status').filter({ hasText: /whole/ }).waitFor()
    await window.ask('Who are you?')
    expect(await window.answer('base')).not.toBe('')
    expect(window.complaints).toEqual([])
    await window.close()
  })
})
