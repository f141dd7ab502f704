/** The page of one dataset as a person uses it: rows found and walked through, tokens that are the trainer's, hostile texts, both languages and themes. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Locator } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prepareTemplate } from '@/lib/templates/template'
import { loadData } from '@/trainer/data/data'
import { planBatches } from '@/trainer/data/encode'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { violations } from './axe'
import { checkout, chromiumPath, openChromium, startBoard, type TestBoard } from './board'
import { BoardPage, type WindowOptions } from './page'

const talk = (...texts: string[]) => ({ conversations: texts.map((value, i) => ({ from: i % 2 === 0 ? 'human' : 'gpt', value })) })
const sets: Record<string, { entry: object; rows: object[] }> = {
  hostile: {
    entry: { formatting: 'sharegpt' },
    rows: [
      talk('<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>', '=HYPERLINK("http://evil")'),
      talk('turn \u202e around \u0007\u0007', 'a\u200bb'),
      talk('long '.repeat(200_000), 'short'),
      talk(...Array.from({ length: 10_000 }, (_, i) => `message ${i}`)),
      { conversations: [{ from: 'gpt', value: 'out of order' }] },
      ...Array.from({ length: 4000 }, (_, i) => talk(`Question ${i}?`, `<think>\nHm ${i}.\n</think>\n\nAnswer ${i}.`)),
    ],
  },
  pairs: { entry: { ranking: true, columns: { prompt: 'q', chosen: 'good', rejected: 'bad' } }, rows: [{ q: 'Hi', good: 'Hello my friend!', bad: 'Hello my enemy!' }] },
}

describe.skipIf(chromiumPath === null)('the page of a dataset', () => {
  let board: TestBoard
  let browser: Browser
  let data: string

  const open = (dir: string, name: string, options: WindowOptions = {}) => BoardPage.open(browser, board, { ...options, path: `/datasets/view?${new URLSearchParams({ dir, name })}` })
  const table = ({ page }: BoardPage): Locator => page.getByRole('grid')
  const shown = ({ page }: BoardPage, row: number): Promise<void> => page.locator(`[data-row="${row}"]`).waitFor()

  beforeAll(async () => {
    board = await startBoard()
    browser = await openChromium()
    data = path.join(board.home, 'sets')
    mkdirSync(data)
    for (const [name, { rows }] of Object.entries(sets)) writeFileSync(path.join(data, `${name}.jsonl`), rows.map((row) => JSON.stringify(row)).join('\n'))
    writeFileSync(path.join(data, 'dataset_info.json'), JSON.stringify(Object.fromEntries(Object.entries(sets).map(([name, { entry }]) => [name, { file_name: `${name}.jsonl`, ...entry }]))))
  })
  afterAll(async () => {
    await browser.close()
    await board.close()
  })

  test('walks through rows with the keyboard, jumps, searches and filters', async () => {
    const window = await open(data, 'hostile')
    await shown(window, 1)
    expect(await table(window).getAttribute('aria-rowcount')).toBe('4006')
    await table(window).getByText('Question 1?').waitFor()
    await table(window).focus()
    await window.page.keyboard.press('End')
    await shown(window, 4005)
    expect(new URL(window.page.url()).searchParams.get('row')).toBe('4005')
    await window.page.keyboard.press('ArrowUp')
    await shown(window, 4004)
    await window.field('Go to row').fill('7')
    await window.page.keyboard.press('Enter')
    await shown(window, 7)
    await window.field('Search in all columns').fill('QUESTION 39')
    await window.page.getByText('111 hits', { exact: true }).waitFor()
    await shown(window, 45)
    await window.field('Search in all columns').fill('')
    await window.field('Show').click()
    await window.page.getByRole('option', { name: 'Broken rows' }).click()
    await window.page.getByText('1 hits', { exact: true }).waitFor()
    await shown(window, 5)
    await window.page.getByText('has the role "gpt"').first().waitFor()
    await table(window).getByText('out of order').click()
    await window.page.reload()
    await window.ready()
    await shown(window, 5)
    expect(window.complaints).toEqual([])
    await window.close()
  })

  test('shows hostile texts as texts', async () => {
    const window = await open(data, 'hostile')
    await shown(window, 1)
    await window.page.getByText('=HYPERLINK("http://evil")').first().waitFor()
    expect(await window.page.title()).toContain('hostile')
    await window.button('Next row').click()
    await shown(window, 2)
    await window.page.getByTitle('Invisible character U+202E').first().waitFor()
    expect(await window.page.locator('main').innerText()).not.toMatch(/[\u202e\u0007\u200b]/)
    await window.button('Next row').click()
    await shown(window, 3)
    await window.button('Show more of 1,000,000 characters').waitFor()
    await window.button('Next row').click()
    await shown(window, 4)
    await window.button('Show more of 10,000 messages').click()
    await window.page.getByText('message 250', { exact: true }).waitFor()
    await window.button('Next row').click()
    await shown(window, 5)
    await window.page.getByText('out of order').first().waitFor()
    await window.button('Next row').click()
    await window.page.getByText('Thinking', { exact: true }).waitFor()
    expect(window.complaints).toEqual([])
    await window.close()
  })

  test('marks what differs in a pair', async () => {
    const window = await open(data, 'pairs')
    const side = (name: string) => window.page.getByRole('region', { name }).locator('mark').allTextContents()
    await window.page.getByRole('region', { name: 'Chosen answer' }).waitFor()
    expect([await side('Chosen answer'), await side('Rejected answer')]).toEqual([['friend'], ['enemy']])
    await window.close()
  })

  test.each([['starter_toolcall', 2048], ['starter_multi_turn', 60]])('shows of %s with a cutoff of %i the tokens and labels that the trainer’s batches hold', async (name, cutoff_len) => {
    const template = prepareTemplate(await loadTokenizer(path.join(checkout, 'data/models/starter')), { template: 'chatml' })
    const { train } = await loadData({ dataset: [name], dataset_dir: path.join(checkout, 'data'), cutoff_len, seed: 42 }, template)
    const plan = planBatches(train, { per_device_train_batch_size: 1, gradient_accumulation_steps: 1, num_train_epochs: 1, max_steps: -1, disable_shuffling: true, seed: 42, pad_id: 0 })
    const window = await BoardPage.open(browser, board)
    await window.field('Model name').fill('starter')
    await window.page.getByRole('option', { name: /Tuneboard-Starter/ }).click()
    await window.field('Cutoff length').fill(String(cutoff_len))
    await window.page.goto(`${board.url}/datasets/view?dir=data&name=${name}`)
    await window.page.getByRole('tab', { name: 'Tokens' }).click()
    for (let row = 1; row <= 6; row++) {
      await shown(window, row)
      await window.page.locator('[data-tokens] [data-id]').first().waitFor()
      const tokens = await window.page.locator('[data-tokens] [data-label]').evaluateAll((all) => all.map((one) => [Number(one.getAttribute('data-id')), Number(one.getAttribute('data-label')), one.closest('mark') !== null]))
      const [{ ids, labels, segments }] = plan.update(row - 1)
      const real = [...ids].flatMap((id, at) => (segments![at] === 1 ? [[id, labels[at], labels[at] !== -100]] : []))
      expect(tokens).toEqual(real)
      await window.button('Next row').click()
    }
    await window.close()
  })

  test('saves changed rows, and rows that were found, as new datasets', async () => {
    const window = await open(data, 'hostile')
    await shown(window, 1)
    await window.button('Leave out').click()
    await window.button('Next row').click()
    await shown(window, 2)
    await window.button('Edit').click()
    const editor = window.page.getByLabel('Row 2 as JSON, to edit')
    await editor.fill('{"conversations": [')
    await window.page.getByRole('alert').getByText('is not valid JSON at line 1').waitFor()
    await editor.fill(JSON.stringify(talk('Mended?', 'Mended.')))
    await window.page.getByText('Mended.', { exact: true }).waitFor()
    await window.page.getByText('1 changed, 1 left out').waitFor()
    await window.button('Undo').click()
    await window.page.getByText('0 changed, 1 left out').waitFor()
    await editor.fill(JSON.stringify(talk('Mended?', 'Mended again.')))
    const before = readFileSync(path.join(data, 'hostile.jsonl'))
    await window.button('Save as a new dataset').click()
    const dialog = window.page.getByRole('dialog', { name: 'Save as a new dataset' })
    expect(await violations(window.page)).toEqual([])
    await dialog.getByLabel('Name of the new dataset').fill('pairs')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByRole('alert').getByText('pairs').waitFor()
    await dialog.getByLabel('Name of the new dataset').fill('mended')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('4,004 rows saved as mended.').waitFor()
    expect(readFileSync(path.join(data, 'hostile.jsonl')).equals(before)).toBe(true)
    window.page.on('dialog', (asked) => void asked.accept())
    await window.page.goto(`${board.url}/datasets/view?dir=${encodeURIComponent(data)}&name=mended`)
    await window.page.getByText('Mended again.', { exact: true }).first().waitFor()
    await window.field('Search in all columns').fill('Question 39')
    await window.page.getByText('111 hits', { exact: true }).waitFor()
    await window.button('Save the rows that were found').click()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('111 rows saved as mended_2.').waitFor()
    await dialog.getByRole('link', { name: 'Open mended_2' }).click()
    await window.page.getByText('Conversations · 111 rows').waitFor()
    expect(window.complaints).toEqual([])
    await window.close()
  })

  test('says what is missing for tokens, and what is wrong with a dataset', async () => {
    const window = await open(data, 'pairs')
    await window.page.getByRole('tab', { name: 'Tokens' }).click()
    await window.page.getByText('model_name_or_path is not set').waitFor()
    await window.page.goto(`${board.url}/datasets/view?dir=${encodeURIComponent(data)}&name=pears`)
    await window.page.getByRole('alert').getByText('the nearest name is "pairs"').waitFor()
    await window.page.goto(`${board.url}/datasets/view?dir=/etc&name=x`)
    await window.page.getByRole('alert').getByText('lies outside').waitFor()
    await window.close()
  })

  test('counts what a dataset holds, and leads to the rows', async () => {
    const window = await open(data, 'hostile')
    await window.page.getByRole('tab', { name: 'Statistics' }).click()
    await window.page.getByText('4,005 rows looked at').waitFor()
    const broken = window.page.getByRole('region', { name: /^Broken rows · 1$/ })
    await broken.getByText('has the role "gpt"').waitFor()
    await window.page.getByRole('table', { name: 'Turns' }).getByRole('row', { name: '10 and more' }).waitFor()
    await broken.getByRole('button', { name: 'Open row 5' }).click()
    await shown(window, 5)
    expect(window.complaints).toEqual([])
    await window.close()
  })

  test.each([
    ['light', 1440, 'en'], ['dark', 1440, 'zh'], ['light', 390, 'zh'], ['dark', 390, 'en'],
  ] as const)('has nothing for axe to find, %s at %i px in %s, and never scrolls sideways', async (theme, width, locale) => {
    const window = await open(path.join(checkout, 'data'), 'starter_toolcall', { theme, width, locale })
    await shown(window, 1)
    await table(window).getByRole('row').nth(5).waitFor()
    expect(await violations(window.page)).toEqual([])
    await window.page.getByRole('tab', { name: locale === 'en' ? 'Tokens' : '词元' }).click()
    expect(await violations(window.page)).toEqual([])
    await window.page.getByRole('tab', { name: locale === 'en' ? 'Statistics' : '统计' }).click()
    await window.page.getByRole('status').filter({ hasText: locale === 'en' ? 'looked at' : '已统计' }).waitFor()
    expect(await violations(window.page)).toEqual([])
    await window.page.goto(`${board.url}/datasets/view?dir=${encodeURIComponent(data)}&name=pairs`)
    await shown(window, 1)
    expect(await violations(window.page)).toEqual([])
    expect(await window.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
    await window.close()
  })
})
