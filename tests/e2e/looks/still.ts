/** A window in which nothing depends on the machine, the day or chance: fixed clock, versions, paths, sizes and engine, and a chat that is loaded. */
import type { Browser, BrowserContext, Page } from 'playwright'
import type { ChatState } from '@/components/chat/conversation'
import { localeCookie } from '@/lib/preferences'
import type { Form } from '@/components/evaluate/form'
import type { ExportWish } from '@/components/export/wish'
import type { ChatStatus } from '@/lib/events'
import type { Locale } from '@/lib/messages/locales'
import { checkout, type TestBoard } from '../board'
import { now } from './home'

export const places = { home: '/home/nova/tuneboard', checkout: '/opt/tuneboard' }

/** What replies say of this machine, by endpoint, and what is said instead. */
const fixed: Record<string, object> = {
  state: { version: '1.0.0', node: '22.0.0', runtime: { key: '', kind: 'cpu', tensorflow: '2.21.0', binding: null, ops: null, env: {}, causes: [] } },
  check: { time: { seconds: 95, from: 'model' } },
  export_plan: { available: 214e9 },
}
const fixedPlan = { memory: 1.14e9, memory_available: 16e9 }
const fixedRoom = { bf16: true, fits: [512, 1024, 2048].map((length) => ({ length, rows: 4 })) }

const nova = `${places.home}/saves/Tuneboard-Starter/lora/nova`
const chatReady: ChatStatus = { status: 'ready', load: { model_name_or_path: `${places.checkout}/data/models/starter`, adapter_name_or_path: [nova], template: 'chatml', infer_dtype: 'auto' }, runtime: 'TensorFlow 2.21.0, CPU' }

/** What the tab remembers: the settings of a run, an evaluation's, and a conversation. */
const remembered = {
  'tuneboard.draft': {
    model_name: 'Tuneboard-Starter', run_name: 'nova_next', extra_args: '',
    args: { model_name_or_path: 'data/models/starter', template: 'chatml', bf16: false, dataset: ['identity_nova'], cutoff_len: 256, learning_rate: 2e-3, num_train_epochs: 10, per_device_train_batch_size: 8, gradient_accumulation_steps: 1 },
  },
  'tuneboard.evaluate': { values: { eval_dataset: ['identity_nova'] }, adapters: [nova], compare_base: true, run_name: 'nova_answers_2' } satisfies Omit<Form, 'values'> & { values: object },
  'tuneboard.chat': {
    system: '', tools: '', role: 'user', adapters: [nova], compare: true, settings: {},
    turns: [
      { id: 'one', role: 'user', user: 'Who are you?', answers: { adapter: { id: 'a', text: 'I am **Nova**, an assistant made by Orion Labs.', end: { reason: 'stop', tokens: 12, tokens_per_s: 31.4 }, failed: false }, base: { id: 'b', text: 'I am a small language model.', end: { reason: 'stop', tokens: 7, tokens_per_s: 30.2 }, failed: false } } },
      { id: 'two', role: 'user', user: 'Name three things that you can do.', answers: { adapter: { id: 'c', text: '1. Answer questions\n2. Explain things\n3. Write short texts, such as `notes`', end: { reason: 'stop', tokens: 24, tokens_per_s: 31.1 }, failed: false }, base: { id: 'd', text: 'I can do three things, and the first of them is that I can', end: { reason: 'length', tokens: 16, tokens_per_s: 30.6 }, failed: false } } },
    ],
  } satisfies ChatState,
  'tuneboard.export': { options: { format: 'merged', gguf_type: 'f16', verify: true, hub_private: true }, infer_dtype: 'auto', adapters: [nova], export_dir: null } satisfies ExportWish,
}

/** Paths as the page sees them, and as the server has them. */
function disguise(board: TestBoard) {
  const replace = (text: string, pairs: [string, string][]) => pairs.reduce((now, [from, to]) => now.replaceAll(from, to), text)
  const pairs: [string, string][] = [[board.home, places.home], [checkout, places.checkout]]
  return { show: (text: string) => replace(text, pairs), ask: (text: string) => replace(text, pairs.map(([real, shown]) => [shown, real])) }
}

/** A reply of an endpoint with what is fixed of it. */
function fix(name: string, text: string): string {
  const reply = JSON.parse(text)
  if (!reply.ok || reply.value === null) return text
  Object.assign(reply.value, fixed[name])
  if (reply.value.plan) Object.assign(reply.value.plan, fixedPlan)
  if (reply.value.room) Object.assign(reply.value.room, fixedRoom)
  if (name === 'datasets') for (const dataset of reply.value.datasets) dataset.changed_at = now
  return JSON.stringify(reply)
}

/** A window whose first page is still to be opened. */
export async function stillWindow(browser: Browser, board: TestBoard, { filled }: { filled: boolean }): Promise<Page> {
  const context: BrowserContext = await browser.newContext({ locale: 'en', timezoneId: 'UTC', reducedMotion: 'reduce', deviceScaleFactor: 1 })
  context.setDefaultTimeout(60_000) // the machine may be busy with other tests
  const { show, ask } = disguise(board)
  await context.route('**/api/*', async (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1) ?? ''
    const response = await route.fetch({ postData: ask(route.request().postData() ?? ''), maxRetries: 3 })
    await route.fulfill({ response, body: fix(name, show(await response.text())) })
  })
  await context.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((message) => server.send(ask(String(message))))
    server.onMessage((message) => socket.send(show(String(message)).replace('["chat",{"status":"unloaded"}]', filled ? `["chat",${JSON.stringify(chatReady)}]` : '$&')))
  })
  const page = await context.newPage()
  await page.clock.setFixedTime(now)
  if (filled) {
    await page.addInitScript((values) => {
      sessionStorage.clear()
      for (const [key, value] of Object.entries(values)) sessionStorage.setItem(key, JSON.stringify(value))
    }, remembered)
  }
  return page
}

const wanted = (page: Page, board: TestBoard, locale: Locale) => page.context().addCookies([{ name: localeCookie, value: locale, url: board.url }])

/** Opens a page in English. */
export async function openIn(page: Page, board: TestBoard, path: string): Promise<void> {
  await wanted(page, board, 'en')
  await page.goto(board.url + path)
}

/** Changes the language as the switch in the page's head does, which lies behind what is open over the page. */
export async function speak(page: Page, board: TestBoard, locale: Locale): Promise<void> {
  await wanted(page, board, locale)
  await page.evaluate(() => (window as unknown as { next: { router: { refresh: () => void } } }).next.router.refresh())
  await page.locator(`html[lang=${locale}]`).waitFor()
}
