/** What a page says in another language than the reader's: texts of the English table, and English that is in no table. Leaves out what people and models wrote: data. */
import type { Page } from 'playwright'
import { translate } from '@/lib/messages'
import { keptNames } from '../../names'

/** Where data stands and no text of ours: marked by its kind, not by the page. */
const data = 'pre, code, script, style, textarea, [dir=auto], .font-mono, .prose, [role=log], [role=feed]'

/** Every text that a reader sees or hears, once. */
export const textsOf = (page: Page): Promise<string[]> =>
  page.evaluate((data) => {
    const found = new Set<string>()
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) if (!walker.currentNode.parentElement?.closest(data)) found.add(walker.currentNode.textContent ?? '')
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description', 'aria-valuetext', 'aria-roledescription']) {
      for (const element of document.querySelectorAll(`[${name}]`)) if (!element.closest('[dir=auto], .font-mono')) found.add(element.getAttribute(name) ?? '')
    }
    found.add(document.title)
    return [...found].map((text) => text.replace(/\s+/g, ' ').trim()).filter((text) => text !== '')
  }, data)

function textsIn(tree: object): string[] {
  return Object.values(tree).flatMap((value) => (typeof value === 'string' ? [value] : textsIn(value as object)))
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Messages that say something of their own around their values. */
const messages = textsIn(translate('en')).filter((text) => /[A-Za-z]{2}/.test(text.replace(/\{\w+\}/g, '')) && !keptNames.has(text))
const exact = new Set(messages)
const filled = messages.filter((text) => text.includes('{')).map((text) => new RegExp(`^${text.split(/\{\w+\}/).map(escape).join('.*')}$`, 's'))

/** Two words in a row. */
const english = /[A-Za-z]{2,} [a-z]{2,}/
const kept = new RegExp([...keptNames].filter((name) => name.includes(' ')).map(escape).join('|'), 'g')

/** Those of `texts` that nobody translated; `written` is all that the data says. */
export const untranslated = (texts: readonly string[], written: string): string[] =>
  texts.filter((text) => exact.has(text) || (!written.includes(text) && (filled.some((pattern) => pattern.test(text)) || english.test(text.replace(kept, '')))))
