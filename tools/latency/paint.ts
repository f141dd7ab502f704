/** When a number of points became visible in the page's loss chart: noted in the page itself, after the frame that drew them. */
import type { Page } from 'playwright'

declare global {
  interface Window {
    /** Number of points → time of the frame after which the chart showed at least that many, in ms since 1970. */
    painted: Map<number, number>
  }
}

/**
 * Begins to note. The chart's accessible name tells how many points it shows; it changes with the curve, in one commit of the page. A
 * message posted in a frame's callback arrives when that frame has been drawn.
 */
export async function notePaints(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.painted = new Map()
    const note = () => {
      for (const chart of document.querySelectorAll('[role=img][aria-label]')) {
        const points = Number(/\d+/.exec(chart.getAttribute('aria-label') ?? '')?.[0] ?? 0)
        if (points === 0 || window.painted.has(points)) continue
        window.painted.set(points, NaN)
        requestAnimationFrame(() => {
          const channel = new MessageChannel()
          channel.port1.onmessage = () => window.painted.set(points, performance.timeOrigin + performance.now())
          channel.port2.postMessage(null)
        })
      }
    }
    new MutationObserver(note).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-label'] })
  })
}

/** Pairs of point count and time, in order of the count; frames that were not drawn yet are left out. */
export async function readPaints(page: Page): Promise<[number, number][]> {
  const pairs = await page.evaluate(() => [...window.painted])
  return pairs.filter(([, time]) => Number.isFinite(time)).sort(([a], [b]) => a - b)
}

/** When at least `points` points were painted: a frame may show several new ones at once. */
export const paintedAt = (paints: readonly [number, number][], points: number): number | undefined => paints.find(([count]) => count >= points)?.[1]
