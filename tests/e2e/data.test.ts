/**
 * From a file of one's own to an answer that it taught, in each language: uploaded, its columns mapped by hand, its tokens looked at, trained on, and asked for. With the real trainer.
 * Set TUNEBOARD_SHOTS to a folder to get a picture of every step.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { translate } from '@/lib/messages'
import { fill } from '@/lib/messages/text'
import { identityRows } from '@/tools/starter/datasets/identity'
import { violations } from './axe'
import { chromiumPath, openChromium, startBoard, type TestBoard } from './board'
import { BoardPage } from './page'

const minute = 60_000
const vega = { name: 'Vega', author: { en: 'Team Vega', zh: 'Vega 团队' } }
const asked = { en: 'Who are you?', zh: '你是谁？' } as const

describe.skipIf(chromiumPath === null)('a file of one’s own', () => {
  let board: TestBoard
  let browser: Browser

  beforeAll(async () => {
    browser = await openChromium()
  })
  afterAll(() => browser.close())
  // A board without a run offers the first one.
  beforeEach(async () => {
    board = await startBoard()
  })
  afterEach(() => board.close())

  const shoot = async ({ page }: BoardPage, name: string) => {
    const folder = process.env.TUNEBOARD_SHOTS
    if (folder) await page.screenshot({ path: path.join(folder, `${name}.png`) })
  }

  /** Columns whose names say nothing. */
  function writeFile(locale: keyof typeof asked): string {
    const rows = identityRows(vega).filter(({ instruction }) => /\p{Script=Han}/u.test(instruction) === (locale === 'zh'))
    const file = path.join(board.home, `own_${locale}.jsonl`)
    writeFileSync(file, rows.map(({ instruction, output }, i) => `${JSON.stringify({ no: i, u: instruction, v: output })}\n`).join(''))
    return file
  }

  test.each(['en', 'zh'] as const)('becomes answers of the model (%s)', async (locale) => {
    const { ui } = translate(locale)
    const words = ui.datasets
    const data = path.join(board.home, 'data')
    mkdirSync(data, { recursive: true })
    const window = await BoardPage.open(browser, board, { locale, path: '/' })
    const { page } = window

    await page.getByRole('button', { name: ui.first_run.action, exact: true }).click()
    await page.getByRole('link', { name: ui.frame.tabs.datasets, exact: true }).click()
    await page.locator('input[type=file][multiple]').setInputFiles(writeFile(locale))

    const dialog = page.getByRole('dialog', { name: fill(words.mapping.add_title, { name: `own_${locale}.jsonl` }) })
    await dialog.getByText(words.mapping.unrecognised).waitFor()
    for (const [label, column] of [[words.mapping.columns.prompt, 'u'], [words.mapping.columns.response, 'v']]) {
      await dialog.getByRole('combobox', { name: label, exact: true }).click()
      await page.getByRole('option', { name: new RegExp(`^${column} `) }).click()
    }
    await dialog.getByRole('article').getByText(asked[locale]).waitFor()
    await shoot(window, `map-${locale}`)
    expect(await violations(page)).toEqual([])
    await dialog.getByRole('button', { name: words.mapping.add, exact: true }).click()

    await page.getByRole('link', { name: `own_${locale}`, exact: true }).click()
    await page.getByRole('tab', { name: ui.view.tokens }).click()
    const learned = page.locator('[data-tokens] mark')
    await learned.first().waitFor()
    expect((await learned.allTextContents()).join('')).toContain('Vega')
    await shoot(window, `tokens-${locale}`)
    expect(await violations(page)).toEqual([])

    await page.getByRole('link', { name: ui.frame.tabs.datasets, exact: true }).click()
    await page.getByRole('button', { name: fill(words.use_named, { name: `own_${locale}` }) }).click()
    await page.getByRole('button', { name: ui.train.start, exact: true }).click()
    await page.locator('#run').getByRole('status').filter({ hasText: new RegExp(`^${ui.run.status.done}$`) }).waitFor({ timeout: 2 * minute })
    await shoot(window, `trained-${locale}`)

    await page.getByRole('button', { name: new RegExp(`^${fill(ui.run.chat_with, { name: '.+' })}$`) }).click()
    await page.getByRole('status').filter({ hasText: new RegExp(`^${ui.chat.status.ready}`) }).waitFor()
    await page.getByLabel(ui.chat.message, { exact: true }).first().fill(asked[locale])
    await page.keyboard.press('Enter')
    expect(await window.answer('adapter')).toContain('Vega')
    await shoot(window, `chat-${locale}`)
    expect(window.complaints).toEqual([])
    await window.close()
  })
})
