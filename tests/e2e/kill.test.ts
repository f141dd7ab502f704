/** A run whose graceful stop hangs: Kill is offered only then, asks first, and ends the process for good. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from './axe'
import { chromiumPath, fakeTrainer, openChromium, startBoard, type TestBoard } from './board'
import { BoardPage } from './page'

/** The process of the one run below a home. */
function trainerPid(home: string): number {
  const state = readdirSync(home, { recursive: true, encoding: 'utf8' }).find((name) => path.basename(name) === 'state.json')
  return JSON.parse(readFileSync(path.join(home, state ?? ''), 'utf8')).pid
}

const lives = (pid: number): boolean => existsSync(`/proc/${pid}`)

describe.skipIf(chromiumPath === null)('a run that does not hear its stop', () => {
  let board: TestBoard
  let browser: Browser

  beforeAll(async () => {
    board = await startBoard({ trainer: fakeTrainer, env: { FAKE_STEP_MS: '40', FAKE_STEPS: '5000', FAKE_DEAF: '1' } })
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser.close()
    await board.close()
  })

  test('is killed from the page, after a question that can be taken back', async () => {
    const window = await BoardPage.open(browser, board, { before: (page) => page.clock.install() })
    const run = window.page.locator('#run')
    const kill = run.getByRole('button', { name: 'Kill', exact: true })
    const question = window.page.getByRole('alertdialog', { name: 'Kill this run?' })
    await window.setUpFirstRun()
    await window.button('Start').click()
    await expect.poll(window.points).toBeGreaterThan(5)
    const pid = trainerPid(board.home)

    expect(await kill.count()).toBe(0)
    await run.getByRole('button', { name: 'Stop' }).click()
    await run.getByRole('button', { name: 'Stopping …' }).waitFor()
    // Half of the time that a stop may take, then the rest.
    await window.page.clock.fastForward(5000)
    expect(await kill.count()).toBe(0)
    await window.page.clock.fastForward(5000)
    await kill.waitFor()

    await kill.click()
    await question.waitFor()
    expect(await violations(window.page)).toEqual([])
    await question.getByRole('button', { name: 'Cancel' }).click()
    await question.waitFor({ state: 'detached' })
    const before = await window.step()
    await expect.poll(() => window.step()).toBeGreaterThan(before)
    expect(lives(pid)).toBe(true)

    await kill.press('Enter')
    await question.getByRole('button', { name: 'Kill' }).click()
    await window.status('Stopped at step').waitFor()
    await kill.waitFor({ state: 'detached' })
    expect(lives(pid)).toBe(false)
    await window.button('Start').waitFor()
    expect(await violations(window.page)).toEqual([])
    expect(window.complaints).toEqual([])
    await window.close()
  })
})
