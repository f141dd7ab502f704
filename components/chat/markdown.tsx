'use client'
/** Markdown to page elements. A model's words are not trusted: no raw HTML, no images fetched, links open apart. */
import MarkdownToJsx from 'markdown-to-jsx/react'
import { memo, useDeferredValue, type ComponentProps } from 'react'

const Link = ({ href, children }: ComponentProps<'a'>) => (
  <a href={href} target="_blank" rel="noreferrer noopener" className="text-accent underline underline-offset-2">
    {children}
  </a>
)

const ImageLink = ({ src, alt }: ComponentProps<'img'>) => <Link href={typeof src === 'string' ? src : undefined}>{alt || 'image'}</Link>

const options = {
  disableParsingRawHTML: true,
  forceBlock: true,
  overrides: { a: Link, img: ImageLink },
} as const

/** While words stream in, typing and scrolling go before reading them. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="prose">
      <Parsed text={useDeferredValue(text)} />
    </div>
  )
}

const Parsed = memo(function Parsed({ text }: { text: string }) {
  return <MarkdownToJsx options={options}>{text}</MarkdownToJsx>
})
