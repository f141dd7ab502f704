/** An evaluation on the page with the real trainer and the starter: scores and answers as they come, a reload in the middle, search, order, stop and resume, bad input. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { violations } from './axe'
import { checkout, chromiumPath, shareBoard } from './board'
import { BoardPage } from './page'

const minute = 60_000
const hasStarter = existsSync(path.join(checkout, 'data/models/starter/model.safetensors'))

describe.skipIf(chromiumPath === null || !hasStarter)('an evaluation', () => {
  const shared = shareBoard()

  test('shows scores and answers as they come, through a reload and a stop', async () => {
    const window = await BoardPage.open(shared.browser, shared.board, { path: '/evaluate' })
    const { page } = window
    const pane = page.locator('#evaluation')
    const shown = async () => (await page.getByRole('region', { name: 'Answers' }).getByRole('status').textContent()) ?? ''
    const answers = async () => Number(/of (\d+)/.exec(await shown().catch(() => ''))?.[1] ?? 0)
    await window.button('Start').click()
    await page.getByRole('alert').filter({ hasText: 'model_name_or_path' }).waitFor()

    await window.field('Model name').fill('starter')
    await page.getByRole('option', { name: /Tuneboard-Starter/ }).click()
    await page.locator('#evaluate-eval_dataset').click()
    await page.getByRole('checkbox', { name: /^demo_instructions/ }).click()
    await page.keyboard.press('Escape')
    await window.field('Evaluation batch size').fill('2.5')
    expect(await page.getByRole('alert').filter({ hasText: '2.5' }).textContent()).toContain('whole number')
    await window.field('Evaluation batch size').fill('2')
    await window.field('Maximum new tokens').fill('48')
    await window.field('Sample').click()
    await window.button('Preview command').click()
    expect(await page.getByRole('dialog').textContent()).toContain('--eval_dataset demo_instructions')
    await page.keyboard.press('Escape')
    await window.button('Start').click()

    await expect.poll(answers, { timeout: 2 * minute }).toBeGreaterThan(1)
    await pane.getByRole('button', { name: 'Stop' }).click()
    await pane.getByRole('button', { name: 'Resume' }).waitFor()
    const stopped = await answers()
    await page.reload()
    await window.ready()
    await expect.poll(answers).toBeGreaterThanOrEqual(stopped)
    expect(await window.field('Maximum new tokens').inputValue()).toBe('48')
    const before = await answers()
    await pane.getByRole('button', { name: 'Resume' }).click()
    await expect.poll(answers).toBeGreaterThan(before)
    await pane.getByRole('button', { name: 'Stop' }).click()
    await pane.getByRole('button', { name: 'Resume' }).waitFor()

    await page.locator('#evaluate-eval_dataset').click()
    await page.getByRole('checkbox', { name: /^demo_instructions/ }).click()
    await page.getByRole('checkbox', { name: /^identity_nova/ }).click()
    await page.keyboard.press('Escape')
    await window.field('Max samples').fill('12')
    await window.field('Output dir').fill('eval_walk')
    await window.button('Start').click()
    await pane.getByRole('combobox', { name: 'Evaluation' }).filter({ hasText: 'eval_walk' }).waitFor()
    await pane.getByRole('status').filter({ hasText: /^Done/ }).waitFor({ timeout: 2 * minute })
    await expect.poll(shown).toBe('12 of 12 answers')
    const folder = path.join(shared.board.home, 'saves/Tuneboard-Starter/lora/eval_walk')
    expect(readFileSync(path.join(folder, 'generated_predictions.jsonl'), 'utf8').trim().split('\n')).toHaveLength(12)
    const results = JSON.parse(readFileSync(path.join(folder, 'all_results.json'), 'utf8')) as Record<string, number>
    const score = (name: string) => page.locator('dl[aria-label="Results"] > div', { has: page.locator(`dt:text-is("${name}")`) }).locator('dd').textContent()
    await expect.poll(() => score('BLEU-4')).toBe(results['predict_bleu-4'].toFixed(2))
    expect(await score('Perplexity')).toBe(results.eval_perplexity.toFixed(2))

    await window.field('Order').click()
    await page.getByRole('option', { name: 'Lowest BLEU-4 first' }).click()
    const bleus = async () => (await page.getByRole('grid', { name: 'Answers' }).getByRole('row').locator('[role=gridcell]:nth-child(3)').allTextContents()).map(Number)
    await expect.poll(async () => (await bleus()).slice(0, 5)).toEqual((await bleus()).toSorted((a, b) => a - b).slice(0, 5))
    const grid = page.getByRole('grid', { name: 'Answers' })
    await grid.focus()
    await page.keyboard.press('End')
    await expect.poll(() => grid.getAttribute('aria-activedescendant')).toMatch(/^answer-\d+$/)
    await window.field('Search questions and answers').fill('no such words')
    await expect.poll(shown).toBe('0 of 12 answers')
    await window.field('Search questions and answers').fill('')
    expect(await violations(page)).toEqual([])
    expect(window.complaints).toEqual([])
    await window.close()
  })

  test('of LLaMA-Factory’s, copied among the runs, shows its answers and scores', async () => {
    const id = 'Tuneboard-Starter/lora/theirs'
    cpSync(path.join(checkout, 'tests/fixtures/llamafactory_predict'), path.join(shared.board.home, 'saves', id), { recursive: true })
    const window = await BoardPage.open(shared.browser, shared.board, { path: '/runs' })
    const { page } = window
    await page.getByRole('link', { name: 'theirs' }).click()
    await page.getByRole('status').filter({ hasText: '24 of 24 answers' }).waitFor()
    const grid = page.getByRole('grid', { name: 'Answers' })
    await grid.getByRole('row').filter({ hasText: '39 比 29 大吗？' }).filter({ hasText: '66.7' }).waitFor()
    await page.getByRole('main').getByRole('link', { name: 'Evaluate & Predict' }).click()
    await page.waitForURL('**/evaluate?run=*')
    const score = (name: string) => page.locator('dl[aria-label="Results"] > div', { has: page.locator(`dt:text-is("${name}")`) }).locator('dd').textContent()
    await expect.poll(() => score('ROUGE-L')).toBe('13.99')
    await window.field('Order').click()
    await page.getByRole('option', { name: 'Lowest BLEU-4 first' }).click()
    await grid.getByRole('row').nth(1).filter({ hasText: '0.0' }).waitFor()
    expect(window.complaints).toEqual([])
    await window.close()
  })

  test('at the end of a training is among the evaluations, and on the page of its run', async () => {
    const folder = path.join(shared.board.home, 'saves/Tuneboard-Starter/lora/both')
    cpSync(path.join(checkout, 'tests/fixtures/llamafactory_predict'), folder, { recursive: true })
    writeFileSync(path.join(folder, 'train_results.json'), JSON.stringify({ epoch: 1, train_loss: 1.5 }))
    const window = await BoardPage.open(shared.browser, shared.board, { path: '/runs/view?run=Tuneboard-Starter%2Flora%2Fboth' })
    const { page } = window
    await page.getByRole('tab', { name: 'Curves', selected: true }).waitFor()
    await page.locator('dl[aria-label="Results"]').getByText('13.99').waitFor()
    await page.getByRole('tab', { name: 'Predictions' }).click()
    await page.getByRole('status').filter({ hasText: '24 of 24 answers' }).waitFor()
    await page.goto(`${shared.board.url}/evaluate`)
    await window.field('Evaluation').click()
    await page.getByRole('option', { name: /^both/ }).click()
    await page.getByRole('status').filter({ hasText: '24 of 24 answers' }).waitFor()
    expect(window.complaints).toEqual([])
    await window.close()
  })
})
