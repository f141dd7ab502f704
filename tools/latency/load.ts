/** The first load of the page in a browser that was never here: what it asks for, when something is seen, and when the form can be used. */
import type { Browser, Page } from 'playwright'
import { addRun } from '@/tools/latency/made-run'
import { pause, residentMb, spread, type Server, type Spread } from '@/tools/latency/set-up'

declare global {
  interface Window {
    /** When the form's fields had their handlers, in ms since the navigation. */
    usable: number | undefined
  }
}

export interface Load {
  requests: number
  /** As they came over the wire, heads included. */
  kilobytes: number
  /** Addresses of other hosts. */
  outside: string[]
  first_contentful_paint: Spread | null
  form_usable: Spread | null
}

export interface LoadLatency {
  empty: Load
  with_run: Load
  server_mb: number | null
}

const ROUNDS = 5

/** React marks the elements that it has taken over: from then on a key pressed in a field counts. */
async function noteUsable(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const look = () => {
      const field = document.getElementById('field-learning_rate')
      if (field !== null && Object.keys(field).some((name) => name.startsWith('__reactProps'))) window.usable = performance.now()
      else setTimeout(look, 4)
    }
    look()
  })
}

async function loadOnce(browser: Browser, url: string) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' })
  const page = await context.newPage()
  await noteUsable(page)
  const session = await context.newCDPSession(page)
  const asked: string[] = []
  let bytes = 0
  session.on('Network.requestWillBeSent', ({ request }) => request.url.startsWith('data:') || asked.push(request.url))
  session.on('Network.webSocketCreated', ({ url: address }) => asked.push(address))
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
  await session.send('Network.enable')
  await page.goto(url)
  await page.waitForFunction(() => window.usable !== undefined && performance.getEntriesByName('first-contentful-paint').length > 0)
  await pause(1500) // what it still fetches by itself
  const [paint, usable] = await page.evaluate(() => [performance.getEntriesByName('first-contentful-paint')[0].startTime, window.usable ?? NaN])
  await context.close()
  return { asked, bytes, paint, usable }
}

async function load(browser: Browser, { url }: Server): Promise<Load> {
  const loads = []
  for (let round = 0; round < ROUNDS; round++) loads.push(await loadOnce(browser, url))
  const [{ asked, bytes }] = loads
  const { host } = new URL(url)
  return {
    requests: asked.length,
    kilobytes: Math.round(bytes / 1000),
    outside: asked.filter((address) => new URL(address).host !== host),
    first_contentful_paint: spread(loads.map(({ paint }) => paint)),
    form_usable: spread(loads.map(({ usable }) => usable)),
  }
}

export async function measureLoad(server: Server, browser: Browser): Promise<LoadLatency> {
  const empty = await load(browser, server)
  await addRun(server, 'measured/lora/load', 200)
  const with_run = await load(browser, server)
  return { empty, with_run, server_mb: residentMb(server.pid) }
}
