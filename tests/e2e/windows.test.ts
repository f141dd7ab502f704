/**
 * Two people at one board: whose run it is, a stop that asks, forms that stay their owners', and curves that are whole and the same in both windows though
 * their connections drop again and again. `SOAK_MINUTES=10` makes the run that long.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page, WebSocketRoute } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, fakeTrainer, openChromium, startBoard, type TestBoard } from './board'
import { BoardPage } from './page'

const soakMinutes = Number(process.env.SOAK_MINUTES ?? 0)
const stepMs = 25
const steps = soakMinutes > 0 ? Math.round((soakMinutes * 60_000) / (stepMs + 2)) : 600
/** Where the run waits until what is asked of a going run has been asked, however slow the machine is. */
const holdAt = Math.round(steps / 3)
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** Lets a page's sockets through, and drops them at random until it is told to stop; how often it did. */
function droppingSockets() {
  const open = new Set<WebSocketRoute>()
  let [dropped, going] = [0, true]
  const before = (page: Page) =>
    page.routeWebSocket(/socket\.io/, (socket) => {
      socket.connectToServer()
      open.add(socket)
    })
  const drop = async () => {
    while (going) {
      await pause(400 + Math.random() * 1600)
      for (const socket of open) {
        open.delete(socket)
        dropped++
        await socket.close({ code: 1001 }).catch(() => undefined) // gone already
      }
    }
  }
  return { before, drop, stop: () => (going = false), count: () => dropped }
}

/** The run's own log. */
function logOf(home: string): string {
  const file = readdirSync(home, { recursive: true, encoding: 'utf8' }).find((name) => path.basename(name) === 'trainer_log.jsonl') ?? ''
  return path.join(home, file)
}

/** Steps and losses that it holds. */
function logged(home: string): [number, number][] {
  const records = readFileSync(logOf(home), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))
  return records.filter(({ loss }) => loss !== undefined).map(({ current_steps, loss }) => [current_steps, loss])
}

const lossesOf = (csv: string): [number, number][] =>
  csv.split('\n').slice(1).filter((line) => line.split(',')[1] !== undefined && line.split(',')[1] !== '').map((line) => line.split(',').slice(0, 2).map(Number) as [number, number])

describe.skipIf(chromiumPath === null)('two windows', () => {
  let board: TestBoard
  let browser: Browser

  beforeAll(async () => {
    board = await startBoard({ trainer: fakeTrainer, env: { FAKE_STEP_MS: String(stepMs), FAKE_STEPS: String(steps), FAKE_HOLD: String(holdAt) } })
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser.close()
    await board.close()
  })

  test('show the same whole curves of one run, whatever happens to their connections', async () => {
    const drops = [droppingSockets(), droppingSockets()]
    const mine = await BoardPage.open(browser, board, { before: drops[0].before })
    await mine.setUpFirstRun()
    const other = await BoardPage.open(browser, board, { before: drops[1].before })
    await other.field('Max samples').fill('77')
    await mine.button('Start').click()
    await expect.poll(other.points, { message: 'the curve begins in the window that did not start the run' }).toBeGreaterThan(3)
    const dropping = drops.map(({ drop }) => drop())

    // Whose run it is, and a question before another's is stopped.
    await other.page.locator('#run').getByRole('link', { name: 'Details' }).click()
    await other.page.getByText('from another window (Chrome, Linux)').waitFor()
    await other.button('Stop').first().click()
    const question = other.page.getByRole('alertdialog', { name: 'Stop a run of another window?' })
    await question.getByRole('button', { name: 'Cancel' }).click()
    await question.waitFor({ state: 'detached' })
    await mine.page.locator('#run').getByRole('link', { name: 'Details' }).click()
    await mine.page.getByText('from this window').waitFor()
    writeFileSync(path.join(path.dirname(logOf(board.home)), 'go'), '')

    for (const window of [mine, other]) await window.page.getByRole('status').filter({ hasText: /^Done$/ }).waitFor({ timeout: soakMinutes * 60_000 + 120_000 })
    drops.forEach(({ stop }) => stop())
    await Promise.all(dropping)
    for (const { count } of drops) expect(count()).toBeGreaterThan(2)
    const whole = logged(board.home)
    expect(whole).toHaveLength(steps)
    for (const [name, window] of Object.entries({ mine, other })) {
      await expect.poll(window.points, { message: `all points are in the window ‘${name}’` }).toBe(steps)
      expect(lossesOf(await window.lossCsv())).toEqual(whole)
    }
    if (soakMinutes > 0) process.stdout.write(`${steps} steps, connections dropped ${drops.map(({ count }) => count()).join(' and ')} times\n`)

    // The forms are each window's own.
    await other.page.getByRole('link', { name: 'Train', exact: true }).click()
    expect(await other.field('Max samples').inputValue()).toBe('77')
    expect(await other.field('Model path').inputValue()).toBe('')
    await mine.page.getByRole('link', { name: 'Train', exact: true }).click()
    expect(await mine.field('Model path').inputValue()).toBe('data/models/starter')
    expect([...mine.complaints, ...other.complaints].filter((text) => !/WebSocket/i.test(text))).toEqual([])
  }, soakMinutes * 60_000 + 300_000)
})
