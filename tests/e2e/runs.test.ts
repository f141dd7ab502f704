/** Runs as a person keeps them: found, noted, compared, looked into, and deleted; those of LLaMA-Factory too. */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from './axe'
import { checkout, chromiumPath, fakeTrainer, openChromium, startBoard, type TestBoard } from './board'
import { BoardPage } from './page'

const whole = (file: string, value: unknown) => writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value))

/** A run that ended, with all that a folder may hold. */
function finishedRun(home: string, name: string, args: string, floor: number) {
  const folder = path.join(home, 'saves/starter/lora', name)
  mkdirSync(path.join(folder, 'checkpoint-30'), { recursive: true })
  const at = (file: string) => path.join(folder, file)
  const records = Array.from({ length: 60 }, (_, index) => ({
    current_steps: index + 1, total_steps: 60, loss: floor + 2 / (index + 1), lr: 1e-3, grad_norm: 1, reward: index / 60, epoch: 1, elapsed_time: `0:00:${String(index).padStart(2, '0')}`, throughput: 100, total_tokens: index * 64,
  }))
  whole(at('training_args.yaml'), `stage: sft\nmodel_name_or_path: data/models/starter\ntemplate: chatml\ndataset: identity_nova\nfinetuning_type: lora\ndo_train: true\n${args}\n`)
  whole(at('trainer_log.jsonl'), records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  whole(at('running_log.txt'), '[INFO|a] Loading\n[WARNING|b] Row 3 is left out\n[INFO|c] Done\n')
  whole(at('state.json'), { status: 'done', phase: 'finished', pid: 1, pid_start: '0', started_at: 1, updated_at: 60_000, step: 60, total_steps: 60, checkpoint: 'checkpoint-30', runtime: 'fake', error: null })
  whole(at('sample_prompts.json'), { prompts: ['Who are you?'] })
  whole(at('samples.jsonl'), [30, 60].map((step) => `${JSON.stringify({ step, at: 1, answers: [{ prompt: 'Who are you?', answer: `I am Nova at ${step}.`, tokens: 5, end: 'stop' }] })}\n`).join(''))
  const load = (second: number) => ({ at: second * 1000, cpu: 0.9, trainer_cpu: 0.8, memory: 4e9, memory_total: 8e9, trainer_memory: 2e9, gpus: [{ use: 0.5, memory: 1e9, memory_total: 8e9, temperature: 61 }] })
  whole(at('system_log.jsonl'), [1, 6, 11].map((second) => `${JSON.stringify(load(second))}\n`).join(''))
  return folder
}

describe.skipIf(chromiumPath === null)('runs', () => {
  let board: TestBoard
  let browser: Browser
  let first: string

  beforeAll(async () => {
    board = await startBoard({ trainer: fakeTrainer })
    first = finishedRun(board.home, 'first', 'learning_rate: 1.0e-3', 0.5)
    finishedRun(board.home, 'second', 'learning_rate: 1.0e-4\nlora_rank: 16', 0.3)
    cpSync(path.join(checkout, 'tests/fixtures/llamafactory_run'), path.join(board.home, 'saves/starter/lora/theirs'), { recursive: true })
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser.close()
    await board.close()
  })

  test('are listed, noted, compared and deleted', async () => {
    const window = await BoardPage.open(browser, board, { path: '/runs' })
    const { page } = window
    const rows = page.getByRole('main').getByRole('listitem')
    await rows.nth(2).waitFor()
    expect(await rows.filter({ hasText: 'with LLaMA-Factory' }).textContent()).toContain('40 / 40')
    await rows.filter({ hasText: 'second' }).getByText('lora_rank 16').waitFor()
    expect(await violations(page)).toEqual([])

    await window.button('More for first').click()
    await page.getByRole('menuitem', { name: 'Notes and tags' }).click()
    await window.field('Notes').fill('The first that worked.')
    await window.field('Tags').fill('keep, baseline')
    await window.button('Save').click()
    await rows.filter({ hasText: 'The first that worked.' }).waitFor()
    expect(JSON.parse(readFileSync(path.join(first, 'notes.json'), 'utf8'))).toMatchObject({ notes: 'The first that worked.', tags: ['keep', 'baseline'] })
    await window.field('Search name, model, dataset, tag, note').fill('baseline')
    await page.getByText('1 of 3 runs').waitFor()
    await window.field('Search name, model, dataset, tag, note').fill('')

    await window.button('More for theirs').press('Enter')
    await page.getByRole('menuitem', { name: 'Archive' }).press('Enter')
    await page.getByRole('status').filter({ hasText: '“theirs” is in the archive.' }).waitFor()
    await expect.poll(() => rows.count()).toBe(2)
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Undo')
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: '“theirs” is back from the archive.' }).waitFor()
    await expect.poll(() => rows.count()).toBe(3)

    for (const name of ['first', 'second']) await page.getByRole('checkbox', { name: `Choose ${name} to compare` }).click()
    await page.getByRole('link', { name: 'Compare 2' }).click()
    await page.getByRole('img', { name: 'Loss curves of 2 runs.' }).waitFor()
    const differences = page.getByRole('region', { name: 'Settings that differ' })
    expect((await differences.getByRole('rowheader').allTextContents()).join()).toMatch(/learning_rate.*lora_rank/)
    expect(await violations(page)).toEqual([])

    await page.getByRole('link', { name: 'All runs' }).click()
    await window.button('More for second').click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    const question = page.getByRole('alertdialog', { name: 'Delete second?' })
    await question.getByText(/^7 files go/).waitFor()
    await question.getByRole('button', { name: 'Delete' }).click()
    await rows.filter({ hasText: 'second' }).waitFor({ state: 'detached' })
    expect(existsSync(path.join(board.home, 'saves/starter/lora/second'))).toBe(false)
    expect(window.complaints).toEqual([])
    await window.close()
  })

  test('have a page: curves, answers, log, settings, files and load, and the way to the same again', async () => {
    const window = await BoardPage.open(browser, board, { path: `/runs/view?run=${encodeURIComponent('starter/lora/first')}`, theme: 'dark' })
    const { page } = window
    expect(await window.curve()).toEqual({ points: 60, first: 2.5, last: 0.5333 })
    await page.getByRole('img', { name: /^Reward/ }).waitFor()
    expect((await window.lossCsv()).split('\n').slice(0, 2)).toEqual(['step,Loss,Smoothed', '1,2.5,2.5'])
    await window.button('Time').click()
    await window.button('Log scale').click()
    const plot = (await page.getByRole('img', { name: /^Loss curve/ }).boundingBox())!
    await page.mouse.move(plot.x + 300, plot.y + 100)
    await page.mouse.wheel(0, -400)
    await window.button('Back to latest').click()
    await window.button('Back to latest').waitFor({ state: 'detached' })
    await page.getByRole('slider', { name: 'Part that is shown: from' }).press('PageUp')
    await window.button('Back to latest').waitFor()
    expect(await violations(page)).toEqual([])

    const tab = (name: string) => page.getByRole('tab', { name }).click()
    await tab('Answers')
    await page.getByText('I am Nova at 60.').waitFor()
    await page.getByRole('slider', { name: 'At step' }).press('ArrowLeft')
    await page.getByText('I am Nova at 30.').waitFor()
    expect(await violations(page)).toEqual([])
    await tab('Log')
    await window.field('Search the log').fill('row 3')
    await page.getByText('1 of 3 lines').waitFor()
    await tab('Settings')
    await page.getByRole('rowheader', { name: /learning_rate/ }).waitFor()
    expect(await violations(page)).toEqual([])
    await tab('Files')
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download trainer_log.jsonl' }).click()])
    expect(readFileSync(await download.path())).toEqual(readFileSync(path.join(first, 'trainer_log.jsonl')))
    await tab('System')
    await page.getByRole('img', { name: /^GPU 0, °C/ }).waitFor()
    expect(await violations(page)).toEqual([])

    await window.button('More for first').click()
    await page.getByRole('menuitem', { name: 'Same again with changes' }).click()
    await page.getByText('The settings are those of first.').waitFor()
    expect(await window.field('Learning rate').inputValue()).toBe('0.001')
    expect(window.complaints).toEqual([])
    await window.close()
  })
})
