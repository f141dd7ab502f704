/**
 * How every page looks, in five languages, at three widths and in both themes, beside the pictures in `looks/pictures`. UPDATE_LOOKS=1 takes those anew and leaves them at
 * full size in test-results/looks, to be looked at. What differs is there, too: expected, actual and the difference. Where the letters of a language are
 * of another font than in the kept pictures, or missing, its pictures cannot be compared and the tests say so.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { translate } from '@/lib/messages'
import { locales, type Locale } from '@/lib/messages/locales'
import { checkout, chromiumPath, openChromium, startBoard, type TestBoard } from './board'
import { furnish } from './looks/home'
import { differs, read, shrink, write } from './looks/picture'
import { type Scene, sceneNames, scenes } from './looks/scenes'
import { stillWindow } from './looks/still'
import { textsOf, untranslated } from './looks/words'

const updating = process.env.UPDATE_LOOKS === '1'
const kept = path.join(checkout, 'tests/e2e/looks/pictures')
const results = path.join(checkout, 'test-results/looks')

const sizes = { 390: 1200, 820: 1180, 1440: 900 } as const
type Width = keyof typeof sizes
type View = readonly [width: Width, theme: 'light' | 'dark']

/** What is looked at: pages in every way in English, the extremes in the other languages, and in English of what opens on a page. */
const everyWay = ([390, 820, 1440] as const).flatMap((width) => (['light', 'dark'] as const).map((theme): View => [width, theme]))
const extremes: readonly View[] = [[1440, 'light'], [390, 'dark']]
function viewsOf(locale: Locale, { detail }: Scene): readonly View[] {
  if (locale === 'en') return detail ? extremes : everyWay
  return detail ? [] : extremes
}

/** Letters of a language that come from the machine; the page brings its own for the others. */
const letters: Partial<Record<Locale, string>> = { zh: '训练 数据集 的', ko: '훈련 데이터셋 은', ja: '学習 データセット の' }

/** What must be noticed, each for itself. */
const changes = {
  'a button moved by four pixels': 'main button[class*="flex-1"] { transform: translateX(4px) }',
  'an accent of another hue': ':root { --accent: oklch(0.475 0.12 260) }',
  'a mark in yellow for one in green': ':root { --good: oklch(0.47 0.11 100) }',
  'labels in too faint an ink': 'main { --ink-soft: oklch(0.65 0.02 228) }',
  'headings gone': 'main h2 { visibility: hidden }',
  'the settings a little wider': '@media (min-width: 1280px) { main > div { grid-template-columns: 32rem 1fr !important } }',
}

/** Compares, or keeps; what is wrong with the picture, in words. */
function look(name: string, png: Buffer): string[] {
  const actual = shrink(png)
  const file = path.join(kept, `${name}.png`)
  const beside = (what: string) => path.join(results, `${name}.${what}.png`)
  if (updating) {
    writeFileSync(file, write(actual))
    writeFileSync(path.join(results, `${name}.png`), png)
    return []
  }
  const expected = existsSync(file) ? read(readFileSync(file)) : null
  const found = expected ? differs(expected, actual) : { why: 'there is no picture of it yet', shown: null }
  if (found === null) return []
  writeFileSync(beside('actual'), write(actual))
  if (expected) writeFileSync(beside('expected'), write(expected))
  if (found.shown) writeFileSync(beside('difference'), write(found.shown))
  return [`${name}: ${found.why}; see ${path.relative(checkout, beside('*'))}`]
}

/** The texts of all files of a folder that hold some. */
function textsUnder(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(jsonl?|yaml|txt|md)$/.test(name) && !name.includes('tokenizer'))
  return files.map((name) => readFileSync(path.join(folder, name), 'utf8').replaceAll('\\n', ' ').replace(/\s+/g, ' ')).join('\n')
}

const drawn = (page: Page) => page.evaluate(() => document.fonts.ready.then(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))))
const shoot = (page: Page) => page.screenshot({ animations: 'disabled', caret: 'hide' })

describe.skipIf(chromiumPath === null)('looks', () => {
  let filled: TestBoard
  let empty: TestBoard
  let browser: Browser
  /** All that is data on the pages. */
  let written: string

  beforeAll(async () => {
    rmSync(results, { recursive: true, force: true })
    for (const folder of [kept, results]) mkdirSync(folder, { recursive: true })
    ;[filled, empty, browser] = await Promise.all([startBoard({ furnish }), startBoard(), openChromium('--font-render-hinting=none', '--disable-lcd-text', '--force-color-profile=srgb')])
    written = [filled.home, path.join(checkout, 'data')].map(textsUnder).join('\n')
  })
  afterAll(async () => {
    await browser.close()
    await Promise.all([filled.close(), empty.close()])
  })

  /** Why pictures of a language cannot be compared on this machine; null where they can. */
  async function otherLetters(page: Page, locale: Locale): Promise<string | null> {
    const text = letters[locale]
    if (text === undefined) return null
    await page.setViewportSize({ width: 480, height: 120 })
    await page.goto(filled.url)
    await page.evaluate((shown) => {
      const sheet = document.body.appendChild(document.createElement('div'))
      sheet.textContent = shown
      sheet.style.cssText = 'position: fixed; inset: 0; z-index: 9999; padding: 20px; background: white; color: black; font-size: 40px; line-height: 1.5; white-space: nowrap'
    }, text)
    const wrong = look(`letters-${locale}`, await shoot(page))
    return wrong.length === 0 ? null : `this machine writes “${text}” in other letters than the kept pictures, or in none (apt install fonts-noto-cjk)`
  }

  test.for(locales)('in %s', async (locale, { skip }) => {
    if (updating) for (const name of readdirSync(kept)) if (name.startsWith(`${locale}-`)) rmSync(path.join(kept, name))
    const wrong: string[] = []
    const foreign: Record<string, string[]> = {}
    const pages = { filled: await stillWindow(browser, filled, locale, { filled: true }), empty: await stillWindow(browser, empty, locale, { filled: false }) }
    const reason = await otherLetters(pages.filled, locale)
    for (const name of sceneNames) {
      const scene = scenes[name]
      const { page, url } = scene.empty ? { page: pages.empty, url: empty.url } : { page: pages.filled, url: filled.url }
      await page.setViewportSize({ width: 1440, height: 900 })
      await page.goto(url + scene.path)
      await page.getByRole('button', { name: new RegExp(`^${translate(locale).ui.frame.runtime}`) }).waitFor()
      if (!scene.empty) await page.locator('#model-bar').getByText(/^llama · /).waitFor() // what the model's folder says
      await scene.lead(page, translate(locale))
      if (locale !== 'en') foreign[name] = untranslated(await textsOf(page), written)
      if (reason === null) for (const [width, theme] of viewsOf(locale, scene)) {
        await page.setViewportSize({ width, height: sizes[width] })
        await page.emulateMedia({ colorScheme: theme })
        await drawn(page)
        wrong.push(...look(`${locale}-${width}-${theme}-${name}`, await shoot(page)))
      }
    }
    await Promise.all(Object.values(pages).map((page) => page.context().close()))
    expect(Object.entries(foreign).filter(([, texts]) => texts.length > 0)).toEqual([])
    expect(wrong).toEqual([])
    skip(reason !== null, reason ?? '')
  })

  test('are told apart by what a person would see, and not by how letters are smoothed', async () => {
    const other = await openChromium('--font-render-hinting=full', '--enable-lcd-text')
    const train = async (window: Browser) => {
      const page = await stillWindow(window, filled, 'en', { filled: true })
      await page.setViewportSize({ width: 1440, height: 900 })
      await page.goto(filled.url + scenes.train.path)
      await scenes.train.lead(page, translate('en'))
      await drawn(page)
      return page
    }
    const page = await train(browser)
    const [here, there] = [shrink(await shoot(page)), shrink(await shoot(await train(other)))]
    await other.close()
    expect(differs(here, there)).toBeNull()

    for (const [name, css] of Object.entries(changes)) {
      const style = await page.addStyleTag({ content: css })
      await drawn(page)
      expect(differs(here, shrink(await shoot(page)))?.why, name).toContain('pixels')
      await style.evaluate((element) => (element as Element).remove())
    }
    expect(differs(here, shrink(await shoot(page)))).toBeNull()
    await page.context().close()
  })
})
