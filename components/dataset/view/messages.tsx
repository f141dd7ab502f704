'use client'
/** The messages of a row as what they are: questions, answers with their thinking, tool calls with their arguments, tool results; many come in parts. */
import ChevronRight from 'lucide-react/icons/chevron-right'
import Wrench from 'lucide-react/icons/wrench'
import { useState, type ReactNode } from 'react'
import { ShownText } from '@/components/dataset/view/shown-text'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { cx } from '@/components/ui/cx'
import { readCalls, splitThinking } from '@/lib/datasets/reading'
import type { Message } from '@/lib/datasets/example'
import { count } from '@/lib/format'
import { fill } from '@/lib/messages/text'

const FIRST_MESSAGES = 100

const looks = {
  user: 'self-end bg-accent-soft',
  assistant: 'self-start border border-line bg-surface',
  function: 'self-start border border-dashed border-line-strong bg-surface',
  observation: 'self-end border border-dashed border-line-strong bg-sunken font-mono text-xs',
} as const

export function Messages({ messages }: { messages: readonly Message[] }) {
  const { t, locale } = useLocale()
  const [shown, setShown] = useState(FIRST_MESSAGES)
  return (
    <div className="flex flex-col gap-2">
      {messages.slice(0, shown).map((message, index) => (
        <div key={index} className={cx('max-w-[90%] min-w-0 rounded-lg px-3 py-2', looks[message.role])}>
          <p className="text-2xs font-medium text-ink-faint">{t.ui.roles[message.role]}</p>
          <Content message={message} />
        </div>
      ))}
      {messages.length > shown && (
        <Button size="sm" className="self-center" onClick={() => setShown(shown * 3)}>
          {fill(t.ui.view.more_messages, { count: count(messages.length, locale) })}
        </Button>
      )}
    </div>
  )
}

function Content({ message: { role, content, before } }: { message: Message }) {
  if (role === 'function') return <Calls content={content} before={before} />
  return role === 'assistant' ? <Answer content={content} /> : <Said text={content} />
}

/** A text as it stands, line ends and all. */
export function Said({ text, children }: { text: string; children?: ReactNode }) {
  const { t } = useLocale()
  return (
    <p dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
      {children ?? (text === '' ? <em className="text-ink-faint">{t.ui.dataset.empty}</em> : <ShownText text={text} />)}
    </p>
  )
}

/** An answer; what the model thinks before it stands apart. */
export function Answer({ content }: { content: string }) {
  const { thinking, rest } = splitThinking(content)
  return (
    <>
      {thinking !== null && <Thinking text={thinking} />}
      {(thinking === null || rest !== '') && <Said text={rest} />}
    </>
  )
}

function Thinking({ text }: { text: string }) {
  const { t } = useLocale()
  return (
    <div className="my-1 border-l-2 border-line-strong pl-2.5 text-xs text-ink-soft italic">
      <p className="text-2xs font-medium text-ink-faint not-italic">{t.ui.view.thinking}</p>
      <Said text={text.trim()} />
    </div>
  )
}

/** Tool calls by name with their arguments; a text that holds none is shown as it is. */
function Calls({ content, before }: { content: string; before?: string }) {
  const { thinking, rest } = splitThinking(content)
  const calls = readCalls(rest)
  return (
    <>
      {before && <Answer content={before} />}
      {thinking !== null && <Thinking text={thinking} />}
      {calls === null ? <Said text={rest} /> : calls.map((call, index) => <Call key={index} name={call.name} text={call.arguments} />)}
    </>
  )
}

export function Call({ name, text }: { name: string; text: string }) {
  return (
    <div className="mt-1 rounded-md bg-sunken px-2.5 py-1.5">
      <p className="flex items-center gap-1.5 font-mono text-xs font-medium"><Wrench aria-hidden className="size-3 shrink-0" /><ShownText text={name} /></p>
      <pre dir="ltr" className="mt-1 font-mono text-2xs whitespace-pre-wrap text-ink-soft [overflow-wrap:anywhere]"><ShownText text={text} /></pre>
    </div>
  )
}

/** A part that opens and closes; drawn only while open, for it may be long. */
export function Fold({ title, open: first, children }: { title: ReactNode; open: boolean; children: ReactNode }) {
  const [open, setOpen] = useState(first)
  return (
    <div className="rounded-md bg-sunken px-3 py-1.5 text-xs text-ink-soft">
      <button type="button" aria-expanded={open} className="flex w-full items-center gap-1.5 rounded-sm text-left font-medium" onClick={() => setOpen(!open)}>
        <ChevronRight aria-hidden className={cx('size-3.5 shrink-0 transition-transform', open && 'rotate-90')} />
        {title}
      </button>
      {open && <div className="mt-1">{children}</div>}
    </div>
  )
}
