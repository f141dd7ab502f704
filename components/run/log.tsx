'use client'
/**
 * The run's log: scrolls by itself, follows the newest line unless the reader has scrolled up, and draws only the lines in sight, so
 * that its length costs nothing. On the run's own page it can be searched.
 */
import ArrowDown from 'lucide-react/icons/arrow-down'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useLocale } from '@/components/locale'
import { useSize } from '@/components/run/use-size'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { cx } from '@/components/ui/cx'
import { Select } from '@/components/ui/select'
import { TextInput } from '@/components/ui/text-input'
import { levelOf, linesOf, logLevels, pickLines, type LogLevel } from '@/lib/log-lines'
import { fill } from '@/lib/messages/text'

const LINE_PX = 18
const SPARE_LINES = 20
/** A scroll this soon after a wheel, touch or key is a person's; others come of the page's own layout. */
const GESTURE_MS = 500
const inks: Readonly<Record<LogLevel, string>> = { all: '', WARNING: 'text-warn', ERROR: 'text-danger' }

export function Log({ text, searchable = false }: { text: string; searchable?: boolean }) {
  const { t } = useLocale()
  const [level, setLevel] = useState<LogLevel>('all')
  const [search, setSearch] = useState('')
  const all = useMemo(() => linesOf(text), [text])
  const lines = useMemo(() => pickLines(all, level, search), [all, level, search])
  const words = t.ui.log
  const Heading = searchable ? 'h2' : 'h3' // on its own page the run's name is the first heading, beside the settings the second
  return (
    <section aria-label={words.title} className="flex min-h-0 flex-1 flex-col">
      <div className={cx('flex shrink-0 flex-wrap items-center gap-2 px-3 text-2xs text-ink-faint', searchable ? 'py-2' : 'h-8')}>
        <Heading className="font-medium">{words.title}</Heading>
        {searchable && (
          <>
            <TextInput type="search" aria-label={words.search} placeholder={words.search} value={search} onChange={(event) => setSearch(event.target.value)} className="max-w-64 min-w-32 flex-1" />
            <div className="w-44">
              <Select label={words.level} value={level} options={logLevels.map((value) => ({ value, label: words.levels[value] }))} onChange={(next) => setLevel(logLevels.find((name) => name === next) ?? 'all')} />
            </div>
            {lines !== all && <span role="status">{fill(words.shown, { shown: lines.length, all: all.length })}</span>}
          </>
        )}
        <span className="ml-auto" />
        {text !== '' && <CopyButton text={text} label={words.copy} done={t.ui.copied} iconOnly />}
      </div>
      <Lines lines={lines} />
    </section>
  )
}

function Lines({ lines }: { lines: readonly string[] }) {
  const { t } = useLocale()
  const [box, { height }] = useSize()
  const [top, setTop] = useState(0)
  const [following, setFollowing] = useState(true)
  const byHand = useRef(0)

  useLayoutEffect(() => {
    const element = box.current
    if (element && following) element.scrollTop = element.scrollHeight
  }, [lines, following, height, box])

  const note = () => (byHand.current = Date.now())
  const onScroll = () => {
    const element = box.current
    if (!element) return
    setTop(element.scrollTop)
    if (element.scrollHeight - element.scrollTop - element.clientHeight < LINE_PX) setFollowing(true)
    else if (Date.now() - byHand.current < GESTURE_MS) {
      setFollowing(false)
      note()
    } else if (following) element.scrollTop = element.scrollHeight
  }
  const first = Math.max(0, Math.floor(top / LINE_PX) - SPARE_LINES)
  const last = Math.min(lines.length, Math.ceil((top + height) / LINE_PX) + SPARE_LINES)
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={box}
        tabIndex={0}
        role="log"
        aria-label={t.ui.log.title}
        aria-live="off"
        className="min-h-0 flex-1 overflow-auto overscroll-contain rounded-b-lg bg-sunken px-3 font-mono text-2xs text-ink-soft outline-offset-[-2px]"
        onScroll={onScroll}
        onWheel={note}
        onTouchMove={note}
        onPointerDown={note}
        onKeyDown={note}
      >
        <div style={{ height: lines.length * LINE_PX + 12, paddingTop: first * LINE_PX + 6 }} className="w-max min-w-full">
          {lines.slice(first, last).map((line, index) => (
            <div key={first + index} className={cx('whitespace-pre', inks[levelOf(line)])} style={{ height: LINE_PX, lineHeight: `${LINE_PX}px` }}>
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
    </div>
  )
}
