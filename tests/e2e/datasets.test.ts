/** The Datasets page with the real reader of rows: files are uploaded or added by path, mapped, listed, renamed, used in Train, and taken out. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
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
    await expect.poll(() => window.page.locator('main').getByRole('listitem').count()).toBe(1)
    await window.page.getByRole('combobox', { name: 'Show' }).click()
    await window.page.getByRole('option', { name: 'With a problem' }).click()
    await window.page.getByText('Nothing found.').waitFor()
    expect(window.complaints).toEqual([])
    await window.close()
  })

  const mineHref = () => `/datasets?dir=${encodeURIComponent(path.join(board.home, 'data'))}`
  const uploaded = () => readdirSync(path.join(board.home, 'uploads')).filter((name) => !name.startsWith('.')).toSorted()

  test('uploads a file: recognised, listed, chosen in Train, and deleted with its dataset', async () => {
    const window = await BoardPage.open(browser, board, { path: mineHref() })
    const { page } = window
    const conversations = [{ from: 'human', value: 'Guten Tag' }, { from: 'gpt', value: 'Good day' }]
    const send = (name: string, text: string) => page.locator('input[type=file]').setInputFiles({ name, mimeType: '', buffer: Buffer.from(text) })
    await send('broken.json', '[{"a": }]')
    await page.getByRole('alert').filter({ hasText: 'line 1, column 8' }).waitFor()
    await window.button('Dismiss broken.json').click()
    await send('film.mp4', 'x')
    await page.getByRole('alert').filter({ hasText: '"mp4"' }).waitFor()
    await window.button('Dismiss film.mp4').click()

    await send('greetings.jsonl', `${JSON.stringify({ conversations })}\n`)
    const dialog = page.getByRole('dialog', { name: 'Add greetings.jsonl' })
    await dialog.getByText('Recognised: Conversations').waitFor()
    await dialog.getByText('All of the first 1 rows can be read this way.').waitFor()
    await dialog.getByRole('article').getByText('Guten Tag').waitFor()
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText(/^1 rows$/).waitFor()
    expect(info()).toEqual({ greetings: { file_name: '../uploads/greetings.jsonl', formatting: 'sharegpt', columns: { messages: 'conversations' } } })
    expect(uploaded()).toEqual(['greetings.jsonl'])
    expect(await violations(page)).toEqual([])

    await window.button('Use in Train: greetings').click()
    await window.field('Dataset').filter({ hasText: 'greetings' }).waitFor()
    await page.getByRole('link', { name: 'Datasets', exact: true }).click()
    await window.button('More for greetings').click()
    await page.getByRole('menuitem', { name: 'Remove …' }).click()
    await window.field('Delete the uploaded file too; this cannot be undone').click()
    await window.button('Remove').click()
    await page.getByText('No dataset in this folder yet').waitFor()
    expect(uploaded()).toEqual([])
    expect(window.complaints).toEqual([])
    await window.close()
  })

  test('takes files that are dropped on it, and nothing else', async () => {
    const window = await BoardPage.open(browser, board, { path: mineHref() })
    const { page } = window
    const drop = async (fill: (transfer: DataTransfer) => void) => {
      const dataTransfer = await page.evaluateHandle(`(() => { const transfer = new DataTransfer(); (${fill.toString()})(transfer); return transfer })()`)
      for (const event of ['dragenter', 'dragover']) await page.dispatchEvent('main h1', event, { dataTransfer })
      const shown = await page.getByText('Drop the files to upload them').isVisible()
      await page.dispatchEvent('main h1', 'drop', { dataTransfer })
      return shown
    }
    expect(await drop((transfer) => void transfer.items.add('just a text', 'text/plain'))).toBe(false)
    expect(
      await drop((transfer) => {
        for (const name of ['dropped.jsonl', 'pulled.mp4']) transfer.items.add(new File(['{"instruction": "Q", "input": "", "output": "A"}\n'], name))
      }),
    ).toBe(true)
    await page.getByRole('alert').filter({ hasText: '"mp4"' }).waitFor()
    await window.button('Set up columns of dropped.jsonl').click()
    await page.getByRole('dialog', { name: 'Add dropped.jsonl' }).getByText('Recognised: Questions and answers').waitFor()
    expect(await page.getByText('Drop the files to upload them').isVisible()).toBe(false)
    await page.keyboard.press('Escape')
    await window.button('Delete dropped.jsonl').click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
    await expect.poll(uploaded).toEqual([])
    expect(window.complaints).toEqual([])
    await window.close()
  })

  test('goes on with an upload after a pause, and after a reload once the file is chosen again', async () => {
    const window = await BoardPage.open(browser, board, { path: mineHref() })
    const { page } = window
    const file = path.join(board.home, 'mine/large.jsonl')
    const line = `${JSON.stringify({ instruction: 'x'.repeat(1000), output: 'y' })}\n`
    writeFileSync(file, line.repeat(60_000))
    // Slow enough to be caught in the middle, by a slow machine too.
    const session = await page.context().newCDPSession(page)
    const slow = (bytes: number) => session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes })
    await slow(20_000_000)
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByRole('progressbar', { name: 'Upload of large.jsonl' }).waitFor()
    const percent = async () => Number(await page.getByRole('progressbar', { name: 'Upload of large.jsonl' }).getAttribute('aria-valuenow'))
    await expect.poll(percent).toBeGreaterThan(10)
    await slow(1_000_000)
    await window.button('Pause large.jsonl').click()
    await page.getByRole('status').filter({ hasText: 'Paused' }).waitFor()
    const paused = await percent()
    await window.button('Resume large.jsonl').click()
    await expect.poll(percent).toBeGreaterThan(paused)
    await page.reload()
    await window.ready()
    await page.getByText('Choose the same file again').waitFor()
    expect(await violations(page)).toEqual([])
    await slow(-1)
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByRole('dialog', { name: 'Add large.jsonl' }).getByText('Recognised: Questions and answers').waitFor()
    expect(readFileSync(path.join(board.home, 'uploads/large.jsonl')).equals(readFileSync(file))).toBe(true)
    await page.keyboard.press('Escape')
    await window.button('Delete large.jsonl').click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
    await expect.poll(uploaded).toEqual([])
    expect(window.complaints).toEqual([])
    await window.close()
  })

  test('adds a file by its path: mapped by hand beside its rows, listed, used in Train, renamed, removed', async () => {
    const window = await BoardPage.open(browser, board, { path: mineHref() })
    const { page } = window
    await page.getByText('No dataset in this folder yet').waitFor()
    await window.button('Add dataset').click()
    await page.getByRole('menuitem', { name: 'File on the server' }).click()
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
    await window.button('Use in Train: 加法').click()
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
