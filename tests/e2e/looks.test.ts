/**
 * How every page looks, in five languages, at three widths and in both themes, beside the pictures in `looks/pictures`. UPDATE_LOOKS=1 takes those anew and leaves them at
 * full size in test-results/looks, to be looked at. What differs is there, too: expected, actual and the difference. Where the letters of a language are
 * of another font than in the kept pictures, or missing, its pictures cannot be compared and the tests say so. A scene is led to once, in English; theme, width and language
 * change on the page that stands there.
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
import { openIn, speak, stillWindow } from './looks/still'
import { textsOf, untranslated } from './looks/words'

const updating = process.env.UPDATE_LOOKS === '1'
const kept = path.join(checkout, 'tests/e2e/looks/pictures')
const results = path.join(checkout, 'test-results/looks')

const sizes = { 390: 1200, 820: 1180, 1440: 900 } as const
type Width = keyof typeof sizes
const wide = { width: 1440, height: sizes[1440] }
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
  let pages: Record<'filled' | 'empty', Page>
  /** Languages whose letters are those of the kept pictures. */
  const comparable = new Set<Locale>()
  /** All that is data on the pages. */
  let written: string

  beforeAll(async () => {
    rmSync(results, { recursive: true, force: true })
    if (updating) rmSync(kept, { recursive: true, force: true })
    for (const folder of [kept, results]) mkdirSync(folder, { recursive: true })
    ;[filled, empty, browser] = await Promise.all([startBoard({ furnish }), startBoard(), openChromium('--font-render-hinting=none', '--disable-lcd-text', '--force-color-profile=srgb')])
    written = [filled.home, path.join(checkout, 'data')].map(textsUnder).join('\n')
    pages = { filled: await stillWindow(browser, filled, { filled: true }), empty: await stillWindow(browser, empty, { filled: false }) }
    await pages.filled.setViewportSize({ width: 480, height: 120 })
    for (const locale of locales) {
      await pages.filled.goto(filled.url)
      if (await hasLetters(pages.filled, locale)) comparable.add(locale)
    }
  })
  afterAll(async () => {
    await browser.close()
    await Promise.all([filled.close(), empty.close()])
  })

  /** Whether this machine writes a language in the letters of the kept pictures. */
  async function hasLetters(page: Page, locale: Locale): Promise<boolean> {
    const text = letters[locale]
    if (text === undefined) return true
    await page.evaluate(([shown, lang]) => {
      const sheet = document.body.appendChild(document.createElement('div'))
      Object.assign(sheet, { textContent: shown, lang })
      sheet.style.cssText = 'position: fixed; inset: 0; z-index: 9999; padding: 20px; background: white; color: black; font-size: 40px; line-height: 1.5; white-space: nowrap'
    }, [text, locale] as const)
    return look(`letters-${locale}`, await shoot(page)).length === 0
  }

  test.for(locales)('can be compared in %s', (locale, { skip }) => {
    skip(!comparable.has(locale), `this machine writes “${letters[locale]}” in other letters than the kept pictures, or in none (apt install fonts-noto-cjk)`)
  })

  test.for(sceneNames)('%s', async (name) => {
    const scene = scenes[name]
    const { page, board } = scene.empty ? { page: pages.empty, board: empty } : { page: pages.filled, board: filled }
    const wrong: string[] = []
    const foreign: Partial<Record<Locale, string[]>> = {}
    await page.setViewportSize(wide)
    await openIn(page, board, scene.path)
    await page.getByRole('button', { name: /^Runtime/ }).waitFor()
    if (!scene.empty) await page.locator('#model-bar').getByText(/^llama · /).waitFor() // what the model's folder says
    await scene.lead(page, translate('en'))
    for (const locale of locales) {
      if (locale !== 'en') {
        await page.setViewportSize(wide)
        await speak(page, board, locale)
        foreign[locale] = untranslated(await textsOf(page), written)
      }
      for (const [width, theme] of comparable.has(locale) ? viewsOf(locale, scene) : []) {
        await page.setViewportSize({ width, height: sizes[width] })
        await page.emulateMedia({ colorScheme: theme })
        await drawn(page)
        wrong.push(...look(`${locale}-${width}-${theme}-${name}`, await shoot(page)))
      }
    }
    expect(Object.entries(foreign).filter(([, texts]) => texts.length > 0)).toEqual([])
    expect(wrong).toEqual([])
  })

  test('are told apart by what a person would see, and not by how letters are smoothed', async () => {
    const other = await openChromium('--font-render-hinting=full', '--enable-lcd-text')
    const train = async (window: Browser) => {
      const page = await stillWindow(window, filled, { filled: true })
      await page.setViewportSize(wide)
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
