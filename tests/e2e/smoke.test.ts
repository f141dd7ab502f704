/** The page without training: languages, themes, bad input at its field, the command, the keyboard, screen readers, a phone. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from './axe'
import { chromiumPath, fakeTrainer, openChromium, startBoard, type TestBoard } from './board'
import { BoardPage, type WindowOptions } from './page'

describe.skipIf(chromiumPath === null)('the page', () => {
  let board: TestBoard
  let browser: Browser
  const opened: BoardPage[] = []

  const open = async (options?: WindowOptions) => {
    const window = await BoardPage.open(browser, board, options)
    opened.push(window)
    return window
  }

  beforeAll(async () => {
    board = await startBoard({ trainer: fakeTrainer, env: { FAKE_STEP_MS: '10', FAKE_STEPS: '60' } })
    browser = await openChromium()
  })
  afterAll(async () => {
    expect(opened.flatMap(({ complaints }) => complaints)).toEqual([])
    await browser.close()
    await board.close()
  })

  test('speaks the language of the browser, and another at a click, also after a reload', async () => {
    const window = await open({ locale: 'zh' })
    expect(await window.page.locator('html').getAttribute('lang')).toBe('zh')
    await window.button('语言').click()
    await window.page.getByRole('menuitemradio', { name: 'English' }).click()
    await window.button('Start').waitFor()
    await window.page.reload()
    await window.button('Start').waitFor()
    expect(await window.page.locator('html').getAttribute('lang')).toBe('en')
    await window.close()
  })

  test('follows the system’s theme until another is chosen', async () => {
    const window = await open({ theme: 'dark' })
    const theme = () => window.page.locator('html').getAttribute('data-theme')
    expect(await theme()).toBe('dark')
    await window.page.getByRole('button', { name: 'Theme: as the system' }).click()
    expect(await theme()).toBe('light')
    await window.page.reload()
    await window.ready()
    expect(await theme()).toBe('light')
    await window.close()
  })

  test('says at the field what is wrong, with the value that was found', async () => {
    const window = await open()
    await window.field('Learning rate').fill('abc')
    expect(await window.fault('Learning rate')).toContain('"abc"')
    await window.field('Batch size').fill('2.5')
    expect(await window.fault('Batch size')).toContain('2.5')
    await window.field('Model path').fill(`${board.home}/no-such-model`)
    expect(await window.fault('Model path')).toContain('no-such-model')
    await window.button('Start').click()
    expect(await window.fault('Dataset')).not.toBe('')
    await expect.poll(() => window.page.evaluate(() => document.activeElement?.getAttribute('aria-invalid'))).toBe('true')
    await window.field('Learning rate').fill('5e-5')
    await window.page.waitForFunction((element) => element?.getAttribute('aria-invalid') === null, await window.field('Learning rate').elementHandle())
    await window.close()
  })

  test('shows the command and the file of what it would run', async () => {
    const window = await open()
    await window.setUpFirstRun()
    await window.field('Learning rate').fill('3e-4')
    await window.button('Preview command').click()
    const dialog = window.page.getByRole('dialog', { name: 'Preview command' })
    await dialog.getByText('npx tuneboard train').waitFor()
    expect(await dialog.locator('pre').textContent()).toMatch(/--learning_rate 0\.0003 /)
    await dialog.getByRole('tab', { name: 'YAML' }).click()
    expect(await dialog.locator('pre:visible').textContent()).toMatch(/^dataset: identity_nova$/m)
    await window.page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await window.close()
  })

  test('previews a dataset as conversations', async () => {
    const window = await open()
    await window.field('Dataset').click()
    await window.page.getByRole('checkbox', { name: /starter_toolcall/ }).click()
    await window.page.keyboard.press('Escape')
    await window.button('Preview dataset').click()
    const dialog = window.page.getByRole('dialog', { name: 'Dataset preview' })
    await dialog.getByRole('article', { name: 'Row 1', exact: true }).getByText('Tool call').first().waitFor()
    await dialog.getByRole('button', { name: 'Next' }).click()
    await dialog.getByRole('article', { name: 'Row 11', exact: true }).waitFor()
    await window.close()
  })

  test('is worked from the keyboard alone: a model is searched for and taken, and the path follows', async () => {
    const window = await open()
    const { keyboard } = window.page
    await keyboard.press('Tab')
    expect(await window.page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
    await window.field('Model name').focus()
    await keyboard.type('starter')
    await window.page.getByRole('option', { name: /Tuneboard-Starter/ }).waitFor()
    await keyboard.press('Enter')
    expect(await window.field('Model path').inputValue()).toBe('data/models/starter')
    expect(await window.field('Chat template').inputValue()).toBe('chatml')
    await window.field('LoRA rank').focus()
    await keyboard.press('ArrowUp')
    expect(await window.field('LoRA rank').inputValue()).toBe('9')
    await window.page.locator('[data-field="lora_rank"]').getByRole('button', { name: 'Reset' }).press('Enter')
    expect(await window.field('LoRA rank').inputValue()).toBe('8')
    const outline = await window.field('LoRA rank').evaluate((element) => {
      ;(element as HTMLElement).focus()
      return getComputedStyle(element).outlineStyle
    })
    expect(outline).toBe('solid')
    await window.close()
  })

  test.each([
    ['light', 1440], ['dark', 1440], ['light', 390], ['dark', 390],
  ] as const)('has nothing for axe to find, %s at %i px, and never scrolls sideways', async (theme, width) => {
    const window = await open({ theme, width })
    for (const path of ['/', '/datasets', '/chat', '/runs']) {
      await window.page.goto(board.url + path)
      await window.ready()
      expect(await violations(window.page)).toEqual([])
      expect(await window.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
    }
    await window.close()
  })

  test('has nothing for axe to find in what opens over it either, and closes it with Escape', async () => {
    const window = await open({ theme: 'dark' })
    const { keyboard } = window.page
    await window.setUpFirstRun()
    const openers: [string, () => Promise<void>][] = [
      ['a list of datasets', () => window.field('Dataset').click()],
      ['a preview', () => window.button('Preview dataset').click()],
      ['the command', () => window.button('Preview command').click()],
      ['folders', () => window.button('Browse folders').click()],
      ['a list of models', () => window.field('Model name').click()],
      ['a select', () => window.field('LR scheduler').click()],
      ['languages', () => window.button('Language').click()],
      ['the runtime', () => window.page.getByRole('button', { name: /^Runtime/ }).click()],
      ['help', () => window.page.locator('[data-field="learning_rate"]').getByRole('button', { name: 'Help' }).click()],
    ]
    for (const [what, act] of openers) {
      await act()
      const panel = window.page.locator('[role="dialog"], [role="menu"]').first()
      await panel.waitFor()
      expect(await violations(window.page), what).toEqual([])
      await keyboard.press('Escape')
      await panel.waitFor({ state: 'detached' })
    }
    await window.close()
  })

  test('helps where the mouse rests: a click keeps the help, a second one or Escape closes it, and it stays closed', async () => {
    const window = await open()
    const { page } = window
    const help = page.locator('[data-field="learning_rate"]').getByRole('button', { name: 'Help' })
    const panel = page.getByRole('dialog', { name: 'Help' })
    await help.hover()
    await panel.waitFor()
    await help.click()
    expect(await panel.isVisible()).toBe(true)
    await help.click()
    await panel.waitFor({ state: 'detached' })
    await page.mouse.move(0, 0)
    await help.hover()
    await help.click() // before it has opened by itself, or after
    await panel.waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    await page.waitForTimeout(400)
    expect(await panel.count()).toBe(0)
    await page.mouse.move(0, 0)
    await help.hover()
    await panel.waitFor()
    await page.mouse.move(0, 0)
    await panel.waitFor({ state: 'detached' })
    await window.close()
  })

  test('selects from the keyboard: letters find, Enter takes, what this version lacks says so', async () => {
    const window = await open()
    await window.field('LR scheduler').focus()
    await window.page.keyboard.press('Enter')
    await window.page.keyboard.type('lin')
    await window.page.keyboard.press('Enter')
    expect(await window.field('LR scheduler').textContent()).toBe('linear')
    await window.field('Finetuning method').click()
    const oft = window.page.getByRole('option', { name: /^oft/ })
    expect(await oft.getAttribute('aria-disabled')).toBe('true')
    expect(await oft.textContent()).toContain('this version does not have')
    await window.close()
  })

  test('keeps the drafts of two windows apart', async () => {
    const first = await open()
    await first.field('Epochs').fill('7')
    const second = await first.page.context().newPage()
    await second.goto(board.url)
    await second.getByLabel('Epochs', { exact: true }).fill('9')
    await first.page.reload()
    await first.ready()
    await expect.poll(() => first.field('Epochs').inputValue()).toBe('7')
    await first.close()
  })
})
