'use client'
/**
 * The run's log: scrolls by itself, follows the newest line unless the reader has scrolled up, and draws only the lines in sight, so
 * that its length costs nothing.
 */
import ArrowDown from 'lucide-react/icons/arrow-down'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useLocale } from '@/components/locale'
import { useSize } from '@/components/run/use-size'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'

const LINE_PX = 18
const SPARE_LINES = 20

export function Log({ text }: { text: string }) {
  const { t } = useLocale()
  const [box, { height }] = useSize()
  const [top, setTop] = useState(0)
  const [following, setFollowing] = useState(true)
  const setTo = useRef(0)
  const lines = useMemo(() => (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n'), [text])

  useLayoutEffect(() => {
    const element = box.current
    if (!element || !following) return
    element.scrollTop = element.scrollHeight
    setTo.current = element.scrollTop
  }, [lines, following, height, box])

  const onScroll = () => {
    const element = box.current
    if (!element) return
    setTop(element.scrollTop)
    if (element.scrollTop !== setTo.current) setFollowing(element.scrollHeight - element.scrollTop - element.clientHeight < LINE_PX)
  }
  const first = Math.max(0, Math.floor(top / LINE_PX) - SPARE_LINES)
  const last = Math.min(lines.length, Math.ceil((top + height) / LINE_PX) + SPARE_LINES)
  return (
    <section aria-label={t.ui.log.title} className="relative flex min-h-0 flex-1 flex-col">
      <div className="flex h-8 shrink-0 items-center gap-2 px-3 text-2xs text-ink-faint">
        <h3 className="font-medium">{t.ui.log.title}</h3>
        <span className="ml-auto" />
        {text !== '' && <CopyButton text={text} label={t.ui.log.copy} done={t.ui.copied} iconOnly />}
      </div>
      <div
        ref={box}
        tabIndex={0}
        role="log"
        aria-label={t.ui.log.title}
        aria-live="off"
        className="min-h-0 flex-1 overflow-auto overscroll-contain rounded-b-lg bg-sunken px-3 font-mono text-2xs text-ink-soft outline-offset-[-2px]"
        onScroll={onScroll}
      >
        <div style={{ height: lines.length * LINE_PX + 12, paddingTop: first * LINE_PX + 6 }} className="w-max min-w-full">
          {lines.slice(first, last).map((line, index) => (
            <div key={first + index} className="whitespace-pre" style={{ height: LINE_PX, lineHeight: `${LINE_PX}px` }}>
              {line}
            </div>
          ))}
        </div>
      </div>
      {!following && (
        <Button size="sm" className="absolute right-4 bottom-3 shadow-float" onClick={() => setFollowing(true)}>
          <ArrowDown aria-hidden className="size-3.5" />
          {t.ui.log.follow}
        </Button>
      )}
    </section>
  )
}
