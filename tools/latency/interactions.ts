/**
 * How long the browser took from a person's doing to the next paint: noted in the page itself, by Event Timing for clicks and keys, and up to the frame
 * that followed for what Event Timing leaves out (a pointer that moves, a wheel that turns, a scroll).
 */
import type { Page } from 'playwright'

declare global {
  interface Window {
    /** When each event happened and how long it took, in ms of the page's clock. */
    timed: [start: number, duration: number][]
  }
}

/** The browser rounds to 8 ms and tells nothing shorter than this; what it does not tell counts as this much. */
export const SHORTEST_MS = 16

export async function noteInteractions(page: Page): Promise<void> {
  await page.addInitScript((durationThreshold) => {
    window.timed = []
    const note = (list: PerformanceObserverEntryList) => {
      for (const entry of list.getEntries()) {
        if (entry instanceof PerformanceEventTiming && (entry as { interactionId?: number }).interactionId) window.timed.push([entry.startTime, entry.duration])
      }
    }
    new PerformanceObserver(note).observe({ type: 'event', buffered: true, durationThreshold } as PerformanceObserverInit)
    const untilPainted = ({ timeStamp }: Event) =>
      requestAnimationFrame(() => {
        const channel = new MessageChannel()
        channel.port1.onmessage = () => window.timed.push([timeStamp, performance.now() - timeStamp])
        channel.port2.postMessage(null)
      })
    for (const type of ['pointermove', 'wheel', 'scroll']) addEventListener(type, untilPainted, { capture: true, passive: true })
  }, SHORTEST_MS)
}

/** The slowest answer to what was done since a time of the page's clock. */
export async function slowestSince(page: Page, since: number): Promise<number> {
  const timed = await page.evaluate(() => window.timed)
  return Math.max(SHORTEST_MS, ...timed.filter(([start]) => start >= since).map(([, duration]) => duration))
}

export const pageClock = (page: Page): Promise<number> => page.evaluate(() => performance.now())
