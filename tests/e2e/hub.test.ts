/**
 * A hub on loopback in the browser, with the real trainer: datasets and models are found, looked at, fetched with all that goes wrong on the way, and used. Set TUNEBOARD_SHOTS to a folder to get pictures.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Browser, Locator } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openFakeHub, type FakeHub } from '@/tests/hub/fake-hub'
import { makeTinyModel } from '@/tests/trainer/tiny-model'
import { violations } from './axe'
import { chromiumPath, openChromium, startBoard, type TestBoard } from './board'
import { BoardPage } from './page'

const fixture = (name: string) => readFileSync(path.join('tests/fixtures/rows', name))
const rows = Array.from({ length: 20_000 }, (_, i) => JSON.stringify({ instruction: `Add 1 to ${i}.`, input: '', output: `${i + 1} ${'.'.repeat(80)}` })).join('\n')

describe.skipIf(chromiumPath === null)('a hub', () => {
  let browser: Browser
  let hub: FakeHub
  let board: TestBoard
  let caches: string
  let window: BoardPage

  beforeAll(async () => {
    browser = await openChromium()
  })
  afterAll(() => browser.close())

  beforeEach(async () => {
    caches = mkdtempSync(path.join(os.tmpdir(), 'tuneboard-e2e-hub-'))
    const tiny = makeTinyModel(path.join(caches, 'tiny'))
    const files = Object.fromEntries(readdirSync(tiny).map((name) => [name, readFileSync(path.join(tiny, name))]))
    hub = await openFakeHub(
      {
        'org/sums': { files: { 'README.md': '---\nlicense: mit\n---\n# Sums\nEach adds one.\n', 'train.jsonl': rows, 'test.jsonl': rows.slice(0, rows.indexOf('\n')) }, lfs: ['train.jsonl'], downloads: 1200 },
        'org/closed': { files: { 'data/train-00000-of-00001.parquet': fixture('snappy.parquet') }, gated: true },
        'org/table': { files: { 'table.csv': fixture('t.csv') } },
      },
      {
        'org/tiny': { files: { ...files, 'pytorch_model.bin': 'pickle' }, lfs: ['model.safetensors'], gated: true },
        'org/pickled': { files: { 'config.json': files['config.json'], 'pytorch_model.bin': 'pickle' } },
      },
    )
    board = await startBoard({
      env: { HF_ENDPOINT: hub.url, MODELSCOPE_ENDPOINT: hub.url, HF_TOKEN: '', HF_HUB_OFFLINE: '', HF_HUB_CACHE: '', HF_HOME: path.join(caches, 'hf'), MODELSCOPE_CACHE: path.join(caches, 'ms'), TUNEBOARD_CACHE: path.join(caches, 'own') },
    })
    mkdirSync(path.join(board.home, 'data'))
    window = await BoardPage.open(browser, board, { path: `/datasets?dir=${encodeURIComponent(path.join(board.home, 'data'))}` })
  })
  afterEach(async () => {
    await window.close()
    await board.close()
    await hub.close()
    rmSync(caches, { recursive: true, force: true })
  })

  const shoot = async (name: string) => {
    const folder = process.env.TUNEBOARD_SHOTS
    if (folder) await window.page.screenshot({ path: path.join(folder, `hub-${name}.png`) })
  }
  const dialog = (name: string | RegExp): Locator => window.page.getByRole('dialog', { name })
  const done = () => window.status(/^Done$/).waitFor()

  /** Fetches what the dialog shows: broken off after its beginning, stopped, gone on with. */
  async function fetchWithPause(inside: Locator, break_after: number) {
    hub.trouble = (request, server) => (server !== 'content' ? null : request.headers.range === undefined ? { break_after } : { hang: true })
    await inside.getByRole('button', { name: 'Download', exact: true }).click()
    await expect.poll(async () => Number(await inside.getByRole('progressbar').getAttribute('aria-valuenow'))).toBeGreaterThan(0)
    await inside.getByRole('button', { name: 'Stop' }).click()
    await inside.getByText(/^Stopped at /).waitFor()
    expect(await violations(window.page)).toEqual([])
    hub.trouble = () => null
    hub.seen.length = 0
    await inside.getByRole('button', { name: 'Go on', exact: true }).click()
    await inside.getByText(/^Downloaded, /).waitFor()
    expect(hub.seen.filter(({ server }) => server === 'content').map(({ range }) => range)).toEqual([expect.stringMatching(/^bytes=[1-9]/)])
  }

  async function openHub(text: string): Promise<Locator> {
    await window.button('Add dataset').click()
    await window.page.getByRole('menuitem', { name: 'From a hub …' }).click()
    const adding = dialog('Add from a hub')
    await adding.getByRole('textbox').fill(text)
    await window.page.keyboard.press('Enter')
    return adding
  }

  async function addToList(name: string) {
    const mapping = dialog(new RegExp(`^Add .*${name}`))
    await mapping.getByText(/^Recognised: /).waitFor()
    await mapping.getByRole('button', { name: 'Add', exact: true }).click()
    await window.page.getByRole('link', { name, exact: true }).waitFor()
  }

  test('gives datasets: searched, looked at, fetched in spite of a break, a closed one with a token, and viewed', async () => {
    const { page } = window
    const adding = await openHub('sums')
    await shoot('search')
    await adding.getByRole('button', { name: /^org\/sums/ }).click()
    await adding.getByRole('heading', { name: 'Sums' }).waitFor()
    await adding.getByRole('combobox', { name: 'Split' }).click()
    await page.getByRole('option', { name: /^train/ }).click()
    await fetchWithPause(adding, 900_000)
    await shoot('fetched')
    await adding.getByRole('button', { name: 'Go on to its columns' }).click()
    await addToList('sums')

    const closed = await openHub('org/closed')
    await closed.getByRole('button', { name: 'Download', exact: true }).click()
    await closed.getByRole('alert').filter({ hasText: 'given out on request' }).waitFor()
    await shoot('gated')
    await closed.getByLabel('Token of Hugging Face').fill(hub.token)
    await closed.getByRole('button', { name: 'Use', exact: true }).click()
    await closed.getByRole('button', { name: 'Go on to its columns' }).click()
    await addToList('closed')

    const table = await openHub('org/table')
    await table.getByRole('button', { name: 'Download', exact: true }).click()
    await table.getByRole('button', { name: 'Go on to its columns' }).click()
    await addToList('table')
    await page.getByText('20,000 rows').waitFor()
    expect(Object.entries(JSON.parse(readFileSync(path.join(board.home, 'data/dataset_info.json'), 'utf8')))).toMatchObject([
      ['sums', { hf_hub_url: 'org/sums' }], ['closed', { hf_hub_url: 'org/closed' }], ['table', { hf_hub_url: 'org/table' }],
    ])
    expect(await violations(page)).toEqual([])

    await page.getByRole('link', { name: 'sums', exact: true }).click()
    await page.getByText('Add 1 to 0.').first().waitFor()
    expect(window.complaints).toEqual([])
  })

  test('gives models by their names: looked at, fetched, trained, and offered to go on from', async () => {
    const { page } = window
    await page.getByRole('link', { name: 'Train', exact: true }).click()
    await window.setUpFirstRun()

    await window.field('Model name').fill('Qwen3-30B-A3B-Base')
    await page.getByRole('option', { name: /qwen3_moe, not run here/ }).waitFor()
    await shoot('catalogue')
    await page.keyboard.press('Escape')
    await window.button('only runnable').click()
    await window.field('Model name').fill('Qwen3-30B-A3B-Base')
    await page.getByText('Nothing found.').waitFor()
    await window.field('Model name').fill('Gemma-2-2B')
    await page.getByRole('option', { name: /^Gemma-2-2B default/ }).click()
    expect(await window.field('Model path').inputValue()).toBe('google/gemma-2-2b')
    await window.field('Hub name').click()
    expect(await page.getByRole('option', { name: /^openMind/ }).getAttribute('aria-disabled')).toBe('true')
    await page.getByRole('option', { name: 'ModelScope' }).click()
    await expect.poll(() => window.field('Model path').inputValue()).toBe('LLM-Research/gemma-2-2b')
    await window.field('Hub name').click()
    await page.getByRole('option', { name: 'Hugging Face' }).click()

    await window.field('Model name').fill('starter')
    await page.getByRole('option', { name: /Tuneboard-Starter/ }).click()
    await window.field('Model path').fill('org/pickled')
    await window.button('Download …').click()
    await dialog('Download org/pickled').getByRole('alert').filter({ hasText: 'no weights as safetensors (it has .bin)' }).waitFor()
    await page.keyboard.press('Escape')

    await window.field('Model path').fill('org/tiny')
    await page.getByRole('alert').filter({ hasText: 'it has not been downloaded from Hugging Face yet' }).waitFor()
    await shoot('missing')
    await window.button('Download …').click()
    const asking = dialog('Download org/tiny')
    await asking.getByLabel('Token of Hugging Face').fill(hub.token)
    await asking.getByRole('button', { name: 'Use', exact: true }).click()
    await asking.getByText('LlamaForCausalLM').waitFor()
    await fetchWithPause(asking, 60_000)
    await shoot('model')
    await asking.getByRole('button', { name: 'Use it' }).click()
    expect(hub.seen.filter(({ url }) => url.includes('pytorch_model'))).toEqual([])

    await window.field('Epochs').fill('1')
    await window.button('Start').click()
    await done()
    const [name] = readdirSync(path.join(board.home, 'saves/tiny/lora'))
    const run = path.join(board.home, 'saves/tiny/lora', name)
    expect(readFileSync(path.join(run, 'training_args.yaml'), 'utf8')).toMatch(/^model_name_or_path: org\/tiny$/m)
    expect(existsSync(path.join(run, 'adapter_model.safetensors'))).toBe(true)

    await window.field('Checkpoint path').click()
    await page.getByRole('checkbox', { name: `${name} tiny`, exact: true }).waitFor()
    await page.getByRole('checkbox', { name: new RegExp(`^${name} /`) }).waitFor()
    expect(window.complaints).toEqual([])
  })
})
