/** Preference pairs from the page, with the real trainer: the stage's datasets and settings, a run, and the rewards that it tells. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { violations } from './axe'
import { checkout, chromiumPath, shareBoard } from './board'
import { BoardPage } from './page'

const hasStarter = existsSync(path.join(checkout, 'data/models/starter/model.safetensors'))

describe.skipIf(chromiumPath === null || !hasStarter)('the DPO stage', () => {
  const shared = shareBoard()

  test('learns from the demo pairs to tell the chosen answers', async () => {
    const window = await BoardPage.open(shared.browser, shared.board)
    await window.setUpFirstRun()
    expect(await window.field('Beta value').count()).toBe(0)
    await window.choose('Stage', 'DPO')
    expect(await window.fault('Dataset')).toContain('for stage sft, not for dpo')

    await window.field('Dataset').click()
    await window.page.getByText(/Not listed: \d+ for other training stages/).waitFor()
    expect(await window.page.getByRole('checkbox', { name: /demo_kto/ }).count()).toBe(0)
    await window.page.getByRole('checkbox', { name: /identity_nova/ }).click()
    await window.page.getByRole('checkbox', { name: /^demo_dpo(?!_)/ }).click()
    await window.page.keyboard.press('Escape')
    expect(await window.field('Beta value').inputValue()).toBe('0.1')
    await window.field('Max samples').fill('64')
    await window.field('Epochs').fill('2')
    expect(await violations(window.page)).toEqual([])

    await window.button('Start').click()
    await window.page.locator('#run').getByRole('status').filter({ hasText: /^Done$/ }).waitFor({ timeout: 180_000 })
    const records = recordsOf(shared.board.home)
    expect(records).toHaveLength(16)
    expect(records[0].loss).toBeCloseTo(Math.log(2), 1)
    const mean = (key: string) => records.slice(-4).reduce((sum, record) => sum + record[key], 0) / 4
    expect(mean('accuracy')).toBeGreaterThan(0.75)
    expect(mean('rewards/margins')).toBeGreaterThan(0.3)
    expect(mean('loss')).toBeLessThan(0.6)
    await window.page.getByRole('img', { name: /Reward accuracy/ }).first().waitFor()
    expect(window.complaints).toEqual([])
    await window.close()
  })
})

/** The log lines of the one run of a home that tell of an update. */
function recordsOf(home: string): Record<string, number>[] {
  const found = readdirSync(path.join(home, 'saves'), { recursive: true, encoding: 'utf8' }).find((file) => path.basename(file) === 'trainer_log.jsonl')
  const lines = readFileSync(path.join(home, 'saves', found ?? ''), 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as Record<string, number>).filter(({ loss }) => loss !== undefined)
}
