/** A run as the page shows it, on a trainer that only pretends: live curve, reload, stop, two windows, the list, chat. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from './axe'
import { chromiumPath, fakeTrainer, openChromium, startBoard, type TestBoard } from './board'
import { BoardPage } from './page'

describe.skipIf(chromiumPath === null)('a run on the page', () => {
  let board: TestBoard
  let browser: Browser

  beforeAll(async () => {
    board = await startBoard({ trainer: fakeTrainer, env: { FAKE_STEP_MS: '40', FAKE_STEPS: '2000' } })
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser.close()
    await board.close()
  })

  test('starts in two clicks, survives a reload with curve and form, and stops where it says', async () => {
    const window = await BoardPage.open(browser, board)
    await window.setUpFirstRun()
    await window.field('Max samples').fill('1234')
    await window.button('Start').click()
    await expect.poll(window.points).toBeGreaterThan(20)
    const before = await window.curve()

    await window.page.reload()
    await window.ready()
    await expect.poll(window.points).toBeGreaterThanOrEqual(before.points)
    expect((await window.curve()).first).toBe(before.first)
    expect(await window.field('Max samples').inputValue()).toBe('1234')
    expect(await window.field('Model path').inputValue()).toBe('data/models/starter')

    const other = await BoardPage.open(browser, board)
    await expect.poll(other.points).toBeGreaterThanOrEqual(before.points)

    await window.page.locator('#run').getByRole('button', { name: 'Stop' }).click()
    await window.status('it can be resumed').waitFor()
    const sentence = (await window.status('it can be resumed').textContent()) ?? ''
    const stoppedAt = Number(/Stopped at step (\d+) of 2000/.exec(sentence)?.[1])
    expect(stoppedAt).toBeGreaterThan(before.points)
    await other.status('it can be resumed').waitFor()
    for (const each of [window, other]) {
      await expect.poll(each.points).toBe(stoppedAt)
      await expect.poll(each.step).toBe(stoppedAt)
    }
    expect(await other.curve()).toEqual(await window.curve())
    expect((await window.curve()).last).toBeLessThan(before.first)
    expect(await violations(window.page)).toEqual([])
    await other.close()

    await window.page.getByRole('link', { name: 'Runs', exact: true }).click()
    await window.page.getByRole('heading', { name: 'Runs' }).waitFor()
    await expect.poll(() => window.page.getByRole('listitem').filter({ hasText: 'Stopped at step' }).count()).toBe(1)
    expect(await violations(window.page)).toEqual([])

    await window.page.getByRole('button', { name: /^Chat with/ }).click()
    await window.page.getByRole('status').filter({ hasText: /^Loaded/ }).waitFor()
    await window.ask('Who are you?')
    expect(await window.answer('adapter')).toContain('Nova')
    expect(await window.answer('base')).toContain('the old one')
    expect(await violations(window.page)).toEqual([])
    await window.page.reload()
    await window.ready()
    expect(await window.answer('adapter')).toContain('Nova')
    expect(window.complaints).toEqual([])
    await window.close()
  })

  test('goes to a part of the curve by dragging, and back to the newest step', async () => {
    const window = await BoardPage.open(browser, board)
    const plot = window.page.getByRole('img', { name: /^Loss curve/ })
    await expect.poll(window.points).toBeGreaterThan(20)
    const box = (await plot.boundingBox())!
    await window.page.mouse.move(box.x + 120, box.y + 60)
    await window.page.mouse.down()
    await window.page.mouse.move(box.x + 420, box.y + 90, { steps: 5 })
    await window.page.mouse.up()
    await window.button('Back to latest').click()
    await window.button('Back to latest').waitFor({ state: 'detached' })
    await window.close()
  })

  test('is in sight on a phone: the bar with the run and its Stop stays at the bottom', async () => {
    const window = await BoardPage.open(browser, board, { width: 390, height: 844 })
    await window.page.getByRole('button', { name: 'Model', exact: false }).first().click()
    await window.field('Model name').fill('starter')
    await window.page.getByRole('option', { name: /Tuneboard-Starter/ }).click()
    await window.field('Dataset').click()
    await window.page.getByRole('checkbox', { name: /identity_nova/ }).click()
    await window.page.keyboard.press('Escape')
    await window.button('Start').click()
    const stop = window.page.getByRole('button', { name: 'Stop' }).first()
    await stop.waitFor()
    const box = (await stop.boundingBox())!
    expect(box.y + box.height).toBeLessThanOrEqual(844)
    expect(box.y).toBeGreaterThan(600)
    await stop.click()
    await window.close()
  })
})
