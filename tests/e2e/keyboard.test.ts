/** Without a mouse: the whole main job, and the shortcuts. */
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from './axe'
import { chromiumPath, fakeTrainer, openChromium, startBoard, type TestBoard } from './board'
import { BoardPage } from './page'
import { tabTo } from './walk'

describe.skipIf(chromiumPath === null)('the keyboard', () => {
  let board: TestBoard
  let browser: Browser

  beforeAll(async () => {
    board = await startBoard({ trainer: fakeTrainer, env: { FAKE_STEP_MS: '30', FAKE_STEPS: '4000' } })
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser.close()
    await board.close()
  })

  const nothingStarted = async (page: Page) => expect(await page.getByRole('button', { name: 'Set up the first run' }).count()).toBeGreaterThan(0)

  test('does the whole job: a model, a dataset, a run, its stop, and a talk', async () => {
    const window = await BoardPage.open(browser, board)
    const { page } = window
    const { keyboard } = page
    await tabTo(page, window.field('Model name'))
    await keyboard.type('starter')
    await page.getByRole('option', { name: /Tuneboard-Starter/ }).waitFor()
    await keyboard.press('Enter')
    await tabTo(page, window.field('Dataset'))
    await keyboard.press('Control+Enter') // a field has the focus: nothing may start
    await nothingStarted(page)
    await keyboard.press('Enter')
    await tabTo(page, page.getByRole('checkbox', { name: /identity_nova/ }))
    await keyboard.press('Space')
    await keyboard.press('Escape')
    await page.getByRole('checkbox', { name: /identity_nova/ }).waitFor({ state: 'detached' })
    await tabTo(page, window.button('Start'))
    await keyboard.press('Control+Enter')
    await expect.poll(window.points).toBeGreaterThan(5)
    await keyboard.press('Control+.')
    const question = page.getByRole('alertdialog', { name: /^Stop train_/ })
    await tabTo(page, question.getByRole('button', { name: 'Stop' }))
    await keyboard.press('Enter')
    await window.status('it can be resumed').waitFor()
    await tabTo(page, page.getByRole('button', { name: /^Chat with/ }))
    await keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: /^Loaded/ }).waitFor()
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    await keyboard.press('m')
    await expect.poll(() => window.field('Message').evaluate((element) => element === document.activeElement)).toBe(true)
    await keyboard.type('go to the runs, g r?')
    expect(new URL(page.url()).pathname).toBe('/chat')
    await keyboard.press('Enter')
    expect(await window.answer('adapter')).toContain('Nova')
    expect(window.complaints).toEqual([])
    await window.close()
  })

  test('lists its shortcuts, goes from page to page, and single keys can be switched off', async () => {
    const window = await BoardPage.open(browser, board, { theme: 'dark', locale: 'zh' })
    const { page } = window
    await page.keyboard.press('?')
    const list = page.getByRole('dialog', { name: '键盘快捷键' })
    await list.getByText('停止当前显示的任务（会先询问）').waitFor()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('g')
    await page.keyboard.press('r') // a dialog is open
    expect(new URL(page.url()).pathname).toBe('/')
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'detached' })
    for (const [key, path] of [['e', '/evaluate'], ['d', '/datasets'], ['c', '/chat'], ['x', '/export'], ['r', '/runs'], ['t', '/']]) {
      await page.keyboard.press('g')
      await page.keyboard.press(key)
      await page.waitForURL((url) => url.pathname === path)
    }
    await page.keyboard.press('/')
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search')
    await page.keyboard.press('Tab')
    await page.keyboard.press('?')
    await tabTo(page, list.getByRole('checkbox'))
    await page.keyboard.press('Space')
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'detached' })
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await page.keyboard.press('?')
    expect(new URL(page.url()).pathname).toBe('/')
    expect(await list.count()).toBe(0)
    await window.close()
  })
})
