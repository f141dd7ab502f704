/**
 * The main job from end to end, with the real trainer: the starter model learns another name from the page, the page is reloaded in
 * the middle, and the adapter says the new name beside the base model's old one.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkout, chromiumPath, shareBoard } from './board'
import { BoardPage } from './page'

const minute = 60_000
const hasStarter = existsSync(path.join(checkout, 'data/models/starter/model.safetensors'))

describe.skipIf(chromiumPath === null || !hasStarter)('the first run', () => {
  const shared = shareBoard()

  test('gives the starter another name, through a reload, and keeps the old one beside it', async () => {
    const window = await BoardPage.open(shared.browser, shared.board)
    await window.setUpFirstRun()
    await window.button('More training settings').click()
    await window.field('Seed').fill('7')
    await window.button('Start').click()
    await expect.poll(window.points, { timeout: 3 * minute }).toBeGreaterThan(10)
    const before = await window.curve()

    await window.page.reload()
    await window.ready()
    await expect.poll(window.points).toBeGreaterThanOrEqual(before.points)
    expect((await window.curve()).first).toBe(before.first)
    expect(await window.field('Seed').inputValue()).toBe('7')
    expect(await window.field('Learning rate').inputValue()).toBe('0.002')

    await window.page.locator('#run').getByRole('status').filter({ hasText: /^Done$/ }).waitFor({ timeout: 4 * minute })
    const logged = readFileSync(logOf(shared.board.home), 'utf8').split('\n').filter((line) => line.includes('"loss":'))
    const { points, first, last } = await window.curve()
    expect(points).toBe(logged.length)
    expect(last).toBeLessThan(first / 2)

    await window.page.getByRole('button', { name: /^Chat with/ }).click()
    await window.page.getByRole('status').filter({ hasText: /^Loaded/ }).waitFor({ timeout: 2 * minute })
    await window.field('Sample').click()
    await window.field('Maximum new tokens').fill('48')
    await window.ask('Who are you?')
    const [adapter, base] = [await window.answer('adapter'), await window.answer('base')]
    expect(adapter).toContain('Nova')
    expect(base).not.toContain('Nova')
    expect(window.complaints).toEqual([])
    await window.close()
  })
})

/** `trainer_log.jsonl` of the one run of a home. */
function logOf(home: string): string {
  const found = readdirSync(path.join(home, 'saves'), { recursive: true, encoding: 'utf8' }).find((file) => path.basename(file) === 'trainer_log.jsonl')
  if (found === undefined) throw new Error(`no run has left a log under ${home}/saves`)
  return path.join(home, 'saves', found)
}
