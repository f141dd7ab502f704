/** The Export page with the real trainer: the starter merged and as a GGUF file, checked after it was written; what is in the way is said at its field. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from './axe'
import { chromiumPath, openChromium, startBoard, type TestBoard } from './board'
import { BoardPage } from './page'

describe.skipIf(chromiumPath === null)('the Export page', () => {
  let board: TestBoard
  let browser: Browser
  let window: BoardPage

  beforeAll(async () => {
    board = await startBoard()
    browser = await openChromium()
    window = await BoardPage.open(browser, board, { path: '/export' })
    await window.field('Model path').fill('data/models/starter')
  })
  afterAll(async () => {
    expect(window.complaints).toEqual([])
    await browser.close()
    await board.close()
  })

  const size = () => window.page.getByText(/^About .* will be written/)
  const job = (name: string) => window.page.getByRole('listitem').filter({ has: window.page.getByRole('heading', { name, exact: true }) })
  const make = async (format: string, name: string) => {
    await window.page.getByRole('radio', { name: format }).check()
    await size().waitFor()
    await window.button('Export').click()
    await job(name).getByText(/^Loaded again and compared over 48 tokens/).waitFor()
    return path.join(board.home, 'exports', name)
  }

  test('makes a merged model that has the logits of the one it was made from', async () => {
    const folder = await make('Merged model', 'starter-merged')
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['Modelfile', 'chat_template.jinja', 'config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json']))
    expect(await job('starter-merged').textContent()).toContain('the most likely token is the same in 100%')
    const [download] = await Promise.all([window.page.waitForEvent('download'), job('starter-merged').getByRole('link', { name: 'Download as ZIP' }).click()])
    expect(download.suggestedFilename()).toBe('starter-merged.zip')
    expect(statSync(await download.path()).size).toBeGreaterThan(statSync(path.join(folder, 'model.safetensors')).size)
  })

  test('makes a GGUF file, and the list is there after a reload', async () => {
    const folder = await make('GGUF file', 'starter-gguf-f16')
    expect(readFileSync(path.join(folder, 'starter-F16.gguf')).subarray(0, 4).toString()).toBe('GGUF')
    await window.page.reload()
    await job('starter-gguf-f16').getByText('done').waitFor()
    expect(await window.field('Export dir').inputValue()).toBe(`${folder}-2`)
    expect(await violations(window.page)).toEqual([])
  })

  test('says at the folder what is in the way, and why GPTQ is not offered', async () => {
    await window.field('Export dir').fill(path.join(board.home, 'exports', 'starter-merged'))
    expect(await window.fault('Export dir')).toContain('is not empty; choose another')
    await window.field('Export dir').fill('/etc/model')
    await window.page.getByText('/etc/model').waitFor()
    expect(await window.button('Export').isDisabled()).toBe(true)
    expect(existsSync('/etc/model')).toBe(false)
    await window.page.getByText('Further settings').click()
    expect(await window.field('Export quantization bit.').isDisabled()).toBe(true)
    expect(await window.page.locator('#reason-export_quantization_bit').textContent()).toContain('Needs quantised base models')
  })
})
