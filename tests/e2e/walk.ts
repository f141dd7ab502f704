/** The way of a person without a mouse: Tab alone. */
import type { Locator, Page } from 'playwright'

/** More stops than any page has. */
const MOST = 500

/** Presses Tab until an element has the focus. @throws plain Error where it never does */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  for (let count = 0; count < MOST; count++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${target} is not reached by Tab`)
}
