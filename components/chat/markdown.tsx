'use client'
/** Markdown to page elements. A model's words are not trusted: of raw HTML at most harmless tags, no images fetched, links open apart. */
import MarkdownToJsx from 'markdown-to-jsx/react'
import { createElement, Fragment, memo, useDeferredValue, type ComponentProps, type ReactNode } from 'react'

const Link = ({ href, children }: ComponentProps<'a'>) => (
  <a href={href} target="_blank" rel="noreferrer noopener" className="text-accent underline underline-offset-2">
    {children}
  </a>
)

const ImageLink = ({ src, alt }: ComponentProps<'img'>) => <Link href={typeof src === 'string' ? src : undefined}>{alt || 'image'}</Link>

const escaped = {
  disableParsingRawHTML: true,
  forceBlock: true,
  overrides: { a: Link, img: ImageLink },
} as const

/** Tags that neither fetch, run, nor send anything. */
const harmless: ReadonlySet<unknown> = new Set([
  'div', 'span', 'p', 'br', 'hr', 'b', 'strong', 'i', 'em', 'u', 's', 'del', 'sub', 'sup', 'mark', 'small', 'kbd', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li',
  'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td', 'caption', 'details', 'summary', 'section', 'header', 'footer', 'input',
])
const plain: ReadonlySet<string> = new Set(['key', 'align', 'colSpan', 'rowSpan', 'start', 'open', 'href', 'src', 'alt'])

/** An element of the answer's own HTML: a tag that is not harmless leaves its words, and no tag keeps more than what places them. */
function harmlessElement(tag: Parameters<typeof createElement>[0], props: object, ...children: ReactNode[]): ReactNode {
  if (tag === 'input') return 'checked' in props && props.checked === true ? '☑ ' : '☐ ' // a task list's box
  const kept = Object.fromEntries(Object.entries(props).filter(([name]) => plain.has(name)))
  return createElement(typeof tag === 'string' && !harmless.has(tag) ? Fragment : tag, typeof tag === 'string' && !harmless.has(tag) ? { key: kept.key } : kept, ...children)
}

const unescaped = { forceBlock: true, overrides: escaped.overrides, createElement: harmlessElement } as const

/** While words stream in, typing and scrolling go before reading them. */
export function Markdown({ text, html = false }: { text: string; html?: boolean }) {
  return (
    <div className="prose">
      <Parsed text={useDeferredValue(text)} html={html} />
    </div>
  )
}

const Parsed = memo(function Parsed({ text, html }: { text: string; html: boolean }) {
  return <MarkdownToJsx options={html ? unescaped : escaped}>{text}</MarkdownToJsx>
})
