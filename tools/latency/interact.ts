/**
 * How long the page keeps a person waiting while a run of 100,000 records gets 50 more each second: each thing that people do, done several times in a
 * real browser, from the event to the next paint.
 */
import type { Browser, Page } from 'playwright'
import { translate } from '@/lib/messages'
import { noteInteractions, pageClock, slowestSince } from '@/tools/latency/interactions'
import { addRun, appendRecord } from '@/tools/latency/made-run'
import { pause, spread, type Server, type Spread } from '@/tools/latency/set-up'

export interface InteractionLatency {
  points: number
  per_second: number
  /** From the address to the whole curve, on the run's own page. */
  opened: number
  worst: number
  /** Of each thing that was done, how long until the next paint. */
  interactions: Record<string, Spread | null>
}

const id = 'measured/lora/interaction'
/** As long as the browser takes to tell of an interaction that is within the budget, with room. */
const SETTLE_MS = 350

type Act = (page: Page) => Promise<unknown>
const { chart, run_page, runs, log, train, form, frame } = translate('en').ui

const press = (name: string, role: 'button' | 'tab' | 'link' = 'button'): Act => (page) => page.getByRole(role, { name, exact: true }).first().click()
const escape: Act = (page) => page.keyboard.press('Escape')
const plot = (page: Page) => page.getByRole('img', { name: /^Loss curve/ })

/** Where the pointer goes: a share of the plot's width, at half its height. */
async function over(page: Page, share: number, steps = 1): Promise<void> {
  const { x, y, width, height } = (await plot(page).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  await page.mouse.move(x + width * share, y + height / 2, { steps })
}

async function drag(page: Page): Promise<void> {
  await over(page, 0.4)
  await page.mouse.down()
  await over(page, 0.7, 5)
  await page.mouse.up()
}

const key = (role: 'slider' | 'textbox', name: string, pressed: string): Act => async (page) => {
  await page.getByRole(role, { name, exact: true }).focus()
  await page.keyboard.press(pressed)
}

async function scrollLog(page: Page): Promise<void> {
  await page.getByRole('log').hover()
  for (const turned of [-1500, -1500, 2000]) await page.mouse.wheel(0, turned)
}

async function type(page: Page, label: string, text: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).first().fill('')
  await page.keyboard.type(text, { delay: 40 })
}

/** On the run's own page, in an order in which each leaves what the next one needs. */
const onRunPage: Readonly<Record<string, Act>> = {
  'another x axis': press(chart.axes.tokens),
  'x axis back': press(chart.axes.step),
  'log scale': press(chart.log),
  'linear scale': press(chart.log),
  'smoothing, a key': key('slider', chart.smoothing, 'ArrowRight'),
  'smoothing, back': key('slider', chart.smoothing, 'ArrowLeft'),
  'hover over the curve': (page) => over(page, 0.2).then(() => over(page, 0.8, 12)),
  'wheel over the curve': (page) => over(page, 0.5).then(() => page.mouse.wheel(0, -300)),
  'a range, dragged': drag,
  'back to latest': press(chart.latest),
  'zoom in': press(chart.zoom_in),
  'zoom out': press(chart.zoom_out),
  'part, a key': key('slider', `${chart.part}: ${chart.part_from}`, 'ArrowRight'),
  'part, all of it': key('slider', `${chart.part}: ${chart.part_from}`, 'Home'),
  'the log': press(run_page.tabs.log, 'tab'),
  'search in the log': (page) => type(page, log.search, 'step 9'),
  'clear the search': (page) => page.getByLabel(log.search, { exact: true }).fill(''),
  'scroll the log': scrollLog,
  'the settings': press(run_page.tabs.settings, 'tab'),
  'the curves': press(run_page.tabs.curves, 'tab'),
  'a menu': (page) => page.getByRole('button', { name: /^More for/ }).click(),
  'a dialog': (page) => page.getByRole('menuitem', { name: runs.rename, exact: true }).click(),
  'close it': escape,
}

/** Beside the settings. */
const onTrainPage: Readonly<Record<string, Act>> = {
  'type a number': (page) => type(page, 'Learning rate', '3e-4'),
  'open a select': (page) => page.getByLabel('LR scheduler', { exact: true }).first().click(),
  'close the select': escape,
  'open the models': (page) => page.getByLabel('Model name', { exact: true }).first().click(),
  'search the models': (page) => page.keyboard.type('qwen', { delay: 60 }),
  'close the models': escape,
  'search the settings': (page) => type(page, form.search, 'lora'),
  'all settings': (page) => page.getByRole('searchbox', { name: form.search, exact: true }).fill(''),
  'the command': press(train.preview_command),
  'close the command': escape,
  'smoothing beside the settings': key('slider', chart.smoothing, 'ArrowLeft'),
  'scroll the log beside them': scrollLog,
  'to the runs': press(frame.tabs.runs, 'link'),
  'to the chat': press(frame.tabs.chat, 'link'),
  'back to Train': press(frame.tabs.train, 'link'),
}

/** Does everything `rounds` times; how long each took. */
async function go(page: Page, acts: Readonly<Record<string, Act>>, rounds: number): Promise<[string, number[]][]> {
  const taken = Object.keys(acts).map((name): [string, number[]] => [name, []])
  for (let round = 0; round < rounds; round++) {
    for (const [name, times] of taken) {
      const since = await pageClock(page)
      await acts[name](page)
      await pause(SETTLE_MS)
      times.push(await slowestSince(page, since))
    }
  }
  return taken
}

async function open(browser: Browser, url: string, points: number): Promise<{ page: Page; opened: number }> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' })
  await noteInteractions(page)
  const began = performance.now()
  await page.goto(url)
  await page.waitForFunction((least) => Number(/\d+/.exec(document.querySelector('[role=img][aria-label]')?.getAttribute('aria-label') ?? '')?.[0] ?? 0) >= least, points, { timeout: 120_000 })
  return { page, opened: Math.round(performance.now() - began) }
}

export async function measureInteraction(server: Server, browser: Browser, { points = 100_000, per_second = 50, rounds = 5 } = {}): Promise<InteractionLatency> {
  await addRun(server, id, points)
  let step = points
  const writing = setInterval(() => appendRecord(server, id, ++step), 1000 / per_second)
  try {
    return { points, per_second, ...(await measurePages(server, browser, points, rounds)) }
  } finally {
    clearInterval(writing)
  }
}

async function measurePages(server: Server, browser: Browser, points: number, rounds: number): Promise<Omit<InteractionLatency, 'points' | 'per_second'>> {
  const own = await open(browser, `${server.url}/runs/view?${new URLSearchParams({ run: id })}`, points)
  const taken = await go(own.page, onRunPage, rounds)
  await own.page.close()
  const { page } = await open(browser, `${server.url}/?${new URLSearchParams({ run: id })}`, points)
  taken.push(...(await go(page, onTrainPage, rounds)))
  await page.close()
  return { opened: own.opened, worst: Math.max(...taken.flatMap(([, times]) => times)), interactions: Object.fromEntries(taken.map(([name, times]) => [name, spread(times)])) }
}
