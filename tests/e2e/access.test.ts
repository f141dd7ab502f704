/** What a program can say of accessibility (WCAG 2.2 A and AA): every page in both themes, with runs on it, and with what opens over it. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from './axe'
import { chromiumPath, fakeTrainer, openChromium, startBoard, type TestBoard } from './board'
import { BoardPage } from './page'

describe.skipIf(chromiumPath === null)('for everybody', () => {
  let board: TestBoard
  let browser: Browser

  beforeAll(async () => {
    board = await startBoard({ trainer: fakeTrainer, env: { FAKE_STEP_MS: '5', FAKE_STEPS: '60' } })
    browser = await openChromium()
    const window = await BoardPage.open(browser, board)
    await window.setUpFirstRun()
    await window.button('Start').click()
    await window.status(/^Done$/).waitFor()
    await window.close()
  })
  afterAll(async () => {
    await browser.close()
    await board.close()
  })

  test.each(['light', 'dark'] as const)('axe finds nothing on any page, nor in what opens there, %s', async (theme) => {
    const window = await BoardPage.open(browser, board, { theme })
    const { page } = window
    const run = (await page.getByRole('link', { name: 'Details' }).getAttribute('href'))?.split('run=')[1] ?? ''
    const opened = page.locator('[role=dialog], [role=alertdialog], [role=menu], [role=listbox]').first()
    const menu = (name: string) => async () => {
      await page.getByRole('button', { name: /^More for/ }).first().click()
      await page.getByRole('menuitem', { name, exact: true }).click()
      await page.getByRole('dialog').or(page.getByRole('alertdialog')).waitFor()
    }
    /** What opens by an act is there. */
    const opening = (act: () => Promise<unknown>) => () => act().then(() => opened.waitFor())
    const tab = (name: string) => () => page.getByRole('tab', { name, exact: true }).click().then(() => page.getByRole('tabpanel', { name, exact: true }).waitFor())
    /** By page: what is done there, one after the other, each closed again by Escape where it opens something. */
    const pages: Readonly<Record<string, Readonly<Record<string, () => Promise<unknown>>>>> = {
      '/': {
        shortcuts: opening(() => page.keyboard.press('?')),
        'the runs': opening(() => page.getByTitle('Choose another run').click()),
        'a figure’s files': opening(() => window.button('Save “Loss”').click()),
        'presets and files': opening(() => window.button('Presets and files').click()),
        faults: () => window.field('Learning rate').fill('abc').then(() => window.fault('Learning rate')),
      },
      '/evaluate': { 'a fault': () => window.field('Cutoff length').fill('x').then(() => window.fault('Cutoff length')) },
      '/datasets': { 'ways to add': opening(() => page.getByRole('button', { name: /^Add/ }).first().click()) },
      '/chat': {},
      '/export': {},
      '/runs': { renaming: menu('Rename'), notes: menu('Notes and tags'), deleting: menu('Delete'), 'none found': () => page.getByRole('searchbox').fill('nothing is called so').then(() => page.getByRole('listitem').filter({ hasText: 'train_' }).waitFor({ state: 'detached' })) },
      [`/runs/view?run=${run}`]: Object.fromEntries(['Answers', 'Log', 'Settings', 'Files', 'System'].map((name) => [name, tab(name)])),
      [`/runs/compare?run=${run}`]: {},
    }
    for (const [path, acts] of Object.entries(pages)) {
      await page.goto(board.url + path)
      await window.ready()
      expect(await violations(page), path).toEqual([])
      for (const [what, act] of Object.entries(acts)) {
        await act()
        expect(await violations(page), `${path}, ${what}`).toEqual([])
        await page.keyboard.press('Escape')
        await opened.waitFor({ state: 'detached' })
      }
    }
    expect(window.complaints).toEqual([])
    await window.close()
  })

  test('nothing moves for those who do not want it', async () => {
    const window = await BoardPage.open(browser, board)
    const moving = await window.page.evaluate(() => [...document.querySelectorAll('*')].filter((element) => {
      const { animationDuration, transitionDuration } = getComputedStyle(element)
      return [animationDuration, transitionDuration].some((text) => text.split(',').some((one) => parseFloat(one) * (one.trim().endsWith('ms') ? 1 : 1000) > 1))
    }).length)
    expect(moving).toBe(0)
    await window.close()
  })
})
