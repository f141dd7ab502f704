'use client'
/** The conversation: each message with its answer, or with two answers side by side; follows the newest words unless scrolled up. */
import { memo, useEffect, useRef } from 'react'
import { AnswerText } from '@/components/chat/answer-text'
import { answerFaults, chatState, isStreaming, type Answer, type Turn } from '@/components/chat/conversation'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { CopyButton } from '@/components/ui/copy-button'
import { cx } from '@/components/ui/cx'
import { Message } from '@/components/ui/message'
import type { ChatSide } from '@/lib/events'
import { fill } from '@/lib/messages/text'

const NEAR_END_PX = 48

export function Thread() {
  const { t } = useLocale()
  const turns = useStore(chatState, (now) => now.turns)
  const box = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const following = useRef(true)
  useEffect(() => {
    following.current = true // a new message brings the reader back to the end
  }, [turns.length])
  useEffect(() => {
    if (!content.current) return
    const observer = new ResizeObserver(() => {
      if (following.current && box.current) box.current.scrollTop = box.current.scrollHeight
    })
    observer.observe(content.current)
    return () => observer.disconnect()
  }, [])
  const onScroll = () => {
    const element = box.current
    if (element) following.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX
  }
  return (
    <div ref={box} tabIndex={0} role="log" aria-label={t.ui.chat.conversation} className="min-h-72 flex-1 overflow-y-auto p-3 outline-offset-[-2px] sm:p-4" onScroll={onScroll}>
      <div ref={content} className="mx-auto flex w-full max-w-5xl flex-col gap-5">
        {turns.length === 0 && <p className="mx-auto max-w-md py-16 text-center text-ink-faint">{t.ui.chat.empty}</p>}
        {turns.map((turn) => (
          <TurnView key={turn.id} turn={turn} />
        ))}
      </div>
    </div>
  )
}

const order: readonly ChatSide[] = ['base', 'adapter']

const TurnView = memo(function TurnView({ turn }: { turn: Turn }) {
  const { t } = useLocale()
  const sides = order.filter((side) => turn.answers[side])
  return (
    <article className="flex flex-col gap-3">
      <div className="max-w-[85%] self-end rounded-lg bg-accent-soft px-3.5 py-2 text-base">
        <p className={turn.role === 'user' ? 'sr-only' : 'text-2xs font-semibold text-ink-soft'}>{t.ui.roles[turn.role]}</p>
        <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{turn.user}</p>
      </div>
      <div className={cx('grid gap-3', sides.length > 1 && 'sm:grid-cols-2')}>
        {sides.map((side) => (
          <AnswerView key={side} answer={turn.answers[side]!} side={side} named={sides.length > 1} />
        ))}
      </div>
    </article>
  )
})

function AnswerView({ answer, side, named }: { answer: Answer; side: ChatSide; named: boolean }) {
  const { t, say } = useLocale()
  const words = t.ui.chat
  const fault = useStore(answerFaults, (now) => now[answer.id])
  const live = isStreaming(answer)
  return (
    <section aria-label={words.sides[side]} data-side={side} aria-busy={live} className="panel flex min-w-0 flex-col px-3.5 py-2.5">
      {named && (
        <p className={cx('mb-1 text-2xs font-semibold', side === 'adapter' ? 'text-accent' : 'text-ink-faint')}>{words.sides[side]}</p>
      )}
      <div className="min-h-6 text-base [overflow-wrap:anywhere]">
        {answer.text === '' && live ? <span className="inline-block h-4 w-2 animate-[pulse-dot_1s_infinite] rounded-sm bg-accent" /> : <AnswerText text={answer.text} />}
      </div>
      {answer.failed && <Message tone="danger" role="alert" className="mt-2">{fault ? say(fault) : words.cut}</Message>}
      <footer className="tabular mt-1.5 flex h-6 items-center gap-2 text-2xs text-ink-faint">
        {answer.end && (
          <>
            <span>{fill(words.measured, { tokens: answer.end.tokens, speed: answer.end.tokens_per_s.toFixed(1) })}</span>
            {answer.end.reason !== 'stop' && <span className="text-warn">{words.ends[answer.end.reason]}</span>}
            <span className="ml-auto" />
            <CopyButton text={answer.text} label={t.ui.copy} done={t.ui.copied} iconOnly />
          </>
        )}
      </footer>
    </section>
  )
}
