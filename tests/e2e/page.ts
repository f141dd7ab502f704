/** The board as a person finds it: by labels, roles and words. One object per window. */
import { readFileSync } from 'node:fs'
import type { Browser, Locator, Page } from 'playwright'
import type { TestBoard } from './board'

export interface WindowOptions {
  path?: string
  width?: number
  height?: number
  theme?: 'light' | 'dark'
  locale?: 'en' | 'zh'
  /** Before the page is opened. */
  before?: (page: Page) => Promise<void>
}

export class BoardPage {
  private constructor(
    readonly page: Page,
    /** What the browser's console complained about. */
    readonly complaints: string[],
  ) {}

  /** A window in a browser profile of its own. */
  static async open(browser: Browser, board: TestBoard, { path = '/', width = 1440, height = 900, theme = 'light', locale = 'en', before }: WindowOptions = {}): Promise<BoardPage> {
    const context = await browser.newContext({ viewport: { width, height }, locale: locale === 'zh' ? 'zh-CN' : 'en-US', colorScheme: theme, reducedMotion: 'reduce' })
    context.setDefaultTimeout(90_000) // the machine may be busy with other tests
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => message.type() === 'error' && !message.text().includes('status of 4') && complaints.push(message.text()))
    await before?.(page)
    await page.goto(board.url + path)
    const opened = new BoardPage(page, complaints)
    await opened.ready()
    return opened
  }

  /** Alive: the runtime's name comes only once the page talks to the server. */
  ready = (): Promise<void> => this.page.getByRole('button', { name: /^(Runtime|运行环境)/ }).waitFor()

  close = (): Promise<void> => this.page.context().close()

  field = (label: string): Locator => this.page.getByLabel(label, { exact: true }).and(this.page.locator('input, textarea, select, button, [role=slider]')).first()

  button = (name: string): Locator => this.page.getByRole('button', { name, exact: true })

  /** The sentence at a field, once there is one. */
  async fault(label: string): Promise<string> {
    const id = () => this.field(label).getAttribute('aria-describedby')
    await this.page.waitForFunction((element) => element?.getAttribute('aria-invalid') === 'true', await this.field(label).elementHandle())
    return (await this.page.locator(`#${await id()}`).textContent()) ?? ''
  }

  /** The value of a fact in the run's head, such as `Step`. */
  async fact(name: string): Promise<string> {
    return (await this.page.locator('#run dl > div', { has: this.page.locator(`dt:text-is("${name}")`) }).locator('dd').textContent()) ?? ''
  }

  step = async (): Promise<number> => Number.parseInt(await this.fact('Step'), 10) || 0

  status = (text: string | RegExp): Locator => this.page.locator('#run').getByRole('status').filter({ hasText: text })

  chart = (): Locator => this.page.getByRole('img', { name: /^Loss curve/ })

  /** How many points the loss curve has, and its ends, as the chart's own description says. */
  async curve(): Promise<{ points: number; first: number; last: number }> {
    const text = (await this.chart().getAttribute('aria-label')) ?? ''
    const [points, first, last] = (/of (\d+) points, from ([\d.e-]+) to ([\d.e-]+?)\.?$/.exec(text) ?? []).slice(1).map(Number)
    return { points, first, last }
  }

  /** None where there is no curve yet. */
  points = async (): Promise<number> => ((await this.chart().count()) === 0 ? 0 : (await this.curve()).points)

  /** The page as a browser sees it that has never been here. */
  async startAfresh(): Promise<void> {
    await this.page.evaluate(() => {
      localStorage.clear()
      sessionStorage.clear()
    })
    await this.page.reload()
    await this.ready()
  }

  /** Opens every section of the settings. */
  async openGroups(): Promise<void> {
    const closed = this.page.locator('h2 button[aria-expanded="false"]')
    while ((await closed.count()) > 0) await closed.first().click()
  }

  /** Takes an option of a select. */
  async choose(label: string, option: string): Promise<void> {
    await this.field(label).click()
    await this.page.getByRole('option', { name: option, exact: true }).click()
  }

  /** Saves the numbers of the loss figure; the file's text. */
  async lossCsv(): Promise<string> {
    await this.button('Save “Loss”').click()
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.page.getByRole('menuitem', { name: 'Numbers (CSV)' }).click()])
    return readFileSync(await download.path(), 'utf8')
  }

  async setUpFirstRun(): Promise<void> {
    await this.button('Set up the first run').click()
    await this.page.waitForFunction((element) => element instanceof HTMLInputElement && element.value !== '', await this.field('Model path').elementHandle())
  }

  async ask(message: string): Promise<void> {
    await this.field('Message').fill(message)
    await this.page.keyboard.press('Enter')
  }

  /** The newest answer of a side, once it has ended. */
  async answer(side: 'base' | 'adapter'): Promise<string> {
    const box = this.page.locator(`article:last-of-type section[data-side="${side}"]`)
    await box.locator('xpath=self::*[@aria-busy="false"]').waitFor()
    return (await box.textContent()) ?? ''
  }
}
