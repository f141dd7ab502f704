/** Tab through every page, wide and narrow: each stop is in sight, none holds the focus, and all that can be used is reached. What the keys do there is keyboard.test.ts's. */
import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { chromiumPath, shareBoard } from './board'
import { BoardPage } from './page'

const most = 200

interface Stop {
  name: string
  /** Whether any of its corners or its middle is not under something else. */
  seen: boolean
  /** Whether it was a stop before. */
  again: boolean
}

/** The element that has the focus; null when the page has it. */
const stopAt = (page: Page): Promise<Stop | null> =>
  page.evaluate(() => {
    const element = document.activeElement
    if (!(element instanceof HTMLElement) || element === document.body) return null
    const again = element.dataset.stop !== undefined
    element.dataset.stop = ''
    const { left, right, top, bottom } = element.getBoundingClientRect()
    const places = [[(left + right) / 2, (top + bottom) / 2], [left + 3, top + 3], [right - 3, bottom - 3]]
    const seen = places.some(([x, y]) => {
      const upmost = document.elementFromPoint(x, y)
      return upmost !== null && (element.contains(upmost) || upmost.contains(element))
    })
    return { name: element.getAttribute('aria-label') ?? element.textContent ?? element.id, seen, again }
  })

/** What can be used and was no stop: links, buttons and fields in sight, without those that a group reaches by its arrow keys. */
const missed = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, [tabindex="0"]')]
      .filter((element) => element.tabIndex >= 0 && element.checkVisibility({ checkVisibilityCSS: true }) && !element.matches(':disabled, [inert] *, [type=radio], [aria-hidden=true]') && element.dataset.stop === undefined)
      .map((element) => element.outerHTML.slice(0, 160)),
  )

describe.skipIf(chromiumPath === null)('the Tab key', () => {
  const shared = shareBoard()

  test.each([390, 1440])('reaches everything, in sight, and leaves again, at %i px', async (width) => {
    const window = await BoardPage.open(shared.browser, shared.board, { width, height: 800 })
    const { page } = window
    for (const path of ['/', '/evaluate', '/chat', '/export', '/datasets', '/runs']) {
      await page.goto(shared.board.url + path)
      await window.ready()
      await page.waitForLoadState('networkidle')
      const stops: Stop[] = []
      for (let stop: Stop | null = null; stops.length < most; stops.push(stop)) {
        await page.keyboard.press('Tab')
        stop = await stopAt(page)
        if (stop === null || stop.again) break
      }
      expect(stops.length, path).toBeGreaterThan(8)
      expect(stops.length, path).toBeLessThan(most)
      expect(stops.filter(({ seen }) => !seen), path).toEqual([])
      expect(await missed(page), path).toEqual([])
    }
    await window.close()
  })
})
