/** The Datasets page with the real reader of rows: a file is added and mapped, listed, renamed, used in Train, and taken out. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from './axe'
import { chromiumPath, openChromium, startBoard, type TestBoard } from './board'
import { BoardPage } from './page'

/** Columns that are not recognised by their names, and texts that must stay texts. */
const rows = [
  { q: 'What is two and two?', a: 'Four.', by: 'me' },
  { q: '=HYPERLINK("http://evil.example")', a: '<img src=x onerror="document.title=1">', by: 'you' },
]

describe.skipIf(chromiumPath === null)('the Datasets page', () => {
  let board: TestBoard
  let browser: Browser
  let file: string

  beforeAll(async () => {
    board = await startBoard()
    browser = await openChromium()
    mkdirSync(path.join(board.home, 'mine'))
    file = path.join(board.home, 'mine/sums.jsonl')
    writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'))
  })
  afterAll(async () => {
    await browser.close()
    await board.close()
  })

  const info = (): Record<string, unknown> => JSON.parse(readFileSync(path.join(board.home, 'data/dataset_info.json'), 'utf8'))

  test('lists a folder with rows and sizes, narrowed by words and by state', async () => {
    const window = await BoardPage.open(browser, board, { path: '/datasets?dir=data' })
    const line = window.page.getByRole('listitem').filter({ has: window.page.getByRole('link', { name: 'starter_toolcall' }) })
    await line.getByText(/^60 rows$/).waitFor()
    expect(await line.getByRole('link').getAttribute('href')).toBe('/datasets/view?dir=data&name=starter_toolcall')
    await window.field('Search datasets').fill('toolcall')
    expect(await window.page.locator('main').getByRole('listitem').count()).toBe(1)
    await window.page.getByRole('combobox', { name: 'Show' }).click()
    await window.page.getByRole('option', { name: 'With a problem' }).click()
    await window.page.getByText('Nothing found.').waitFor()
    expect(window.complaints).toEqual([])
    await window.close()
  })

  test('adds a file by its path: mapped by hand beside its rows, listed, used in Train, renamed, removed', async () => {
    const window = await BoardPage.open(browser, board, { path: `/datasets?dir=${encodeURIComponent(path.join(board.home, 'data'))}` })
    const { page } = window
    await page.getByText('No dataset in this folder yet').waitFor()
    await window.button('Add dataset').click()
    await page.getByRole('menuitem', { name: 'File on this machine' }).click()
    await page.getByRole('button', { name: board.home, exact: true }).click()
    await page.getByRole('button', { name: 'mine', exact: true }).click()
    await page.getByRole('button', { name: /sums\.jsonl/ }).click()

    const dialog = page.getByRole('dialog', { name: 'Add sums.jsonl' })
    await dialog.getByText('fit no known format').waitFor()
    const choose = async (label: string, option: RegExp) => {
      await dialog.getByRole('combobox', { name: label, exact: true }).click()
      await page.getByRole('option', { name: option }).click()
    }
    await choose('Question', /^q /)
    await choose('Answer', /^a /)
    await dialog.getByText('All of the first 2 rows can be read this way.').waitFor()
    await dialog.getByRole('article').getByText('What is two and two?').waitFor()
    await dialog.getByRole('button', { name: 'Next row' }).click()
    await dialog.getByRole('article').getByText('<img src=x').waitFor()
    expect(await dialog.locator('img').count()).toBe(0)
    expect(await violations(page)).toEqual([])
    await window.field('Name').fill('a,b')
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    expect(await window.fault('Name')).toContain('"a,b" cannot be the name of a dataset')
    await window.field('Name').fill('sums')
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText(/^2 rows$/).waitFor()
    expect(info()).toEqual({ sums: { file_name: '../mine/sums.jsonl', columns: { prompt: 'q', response: 'a' } } })

    await window.button('More for sums').click()
    await page.getByRole('menuitem', { name: 'Rename …' }).click()
    await window.field('New name').fill('加法')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: '加法' }).waitFor()
    await window.button('Use 加法 in Train').click()
    await window.field('Dataset').filter({ hasText: '加法' }).waitFor()
    await expect.poll(() => window.field('Data dir').inputValue()).toBe(path.join(board.home, 'data'))

    await page.getByRole('link', { name: 'Datasets', exact: true }).click()
    await window.button('More for 加法').click()
    await page.getByRole('menuitem', { name: 'Remove …' }).click()
    await window.button('Remove').click()
    await page.getByText('No dataset in this folder yet').waitFor()
    expect(info()).toEqual({})
    expect(readFileSync(file, 'utf8')).toContain('two and two')
    expect(window.complaints).toEqual([])
    await window.close()
  })
})
