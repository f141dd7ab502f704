'use client'
/**
 * Listens for the keyboard's shortcuts on every screen. None acts while a person types or while something lies over the page, and those of a single key can
 * be switched off (WCAG 2.1.4). What they press or focus carries `data-shortcut`. The list of them is the page's second stop.
 */
import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { z } from 'zod'
import { screens } from '@/lib/screens'
import { useLocale } from '@/components/locale'
import { meaningOf, pressOf, type Shortcut } from '@/components/shortcuts/table'
import { recall, remember } from '@/components/stored'

const ShortcutList = dynamic(() => import('@/components/shortcuts/shortcut-list').then((module) => module.ShortcutList), { ssr: false })
const StopQuestion = dynamic(() => import('@/components/shortcuts/stop-question').then((module) => module.StopQuestion), { ssr: false })

const storageKey = 'tuneboard.single-keys'
/** So long the leading key waits for the next one. */
const LED_MS = 1500
/** So long a screen may take until what is to be focused is there. */
const FOCUS_WITHIN_MS = 3000

const typed = 'textarea, select, [contenteditable="true"], [role="combobox"], input:not([type="checkbox"], [type="radio"], [type="range"])'
const covers = '[role="dialog"], [role="alertdialog"], [role="menu"]'

const isShown = (element: HTMLElement): boolean => element.checkVisibility()
const find = (selector: string): HTMLElement | undefined => [...document.querySelectorAll<HTMLElement>(selector)].find(isShown)
const mark = (name: Shortcut): string => `[data-shortcut="${name}"]:not(:disabled)`

/** Focuses what there is or will soon be. */
function focusSoon(selector: string, until = performance.now() + FOCUS_WITHIN_MS): void {
  const element = find(selector)
  if (element) element.focus()
  else if (performance.now() < until) setTimeout(() => focusSoon(selector, until), 50)
}

type Opened = 'list' | HTMLElement | null

export function Shortcuts() {
  const { t } = useLocale()
  const router = useRouter()
  const [opened, setOpened] = useState<Opened>(null)
  const [single, setSingle] = useState(true)
  const ledAt = useRef(-Infinity)
  useEffect(() => setSingle(z.boolean().catch(true).parse(recall(storageKey) ?? true)), [])
  useEffect(() => {
    const acts: Readonly<Record<Shortcut, () => void>> = {
      list: () => setOpened('list'),
      search: () => find('main input[type="search"]')?.focus(),
      start: () => find(mark('start'))?.click(),
      stop: () => setOpened(find(mark('stop')) ?? null),
      message: () => {
        router.push(screens.chat)
        focusSoon(mark('message'))
      },
      log: () => find('main [role="log"]')?.focus(),
    }
    const onKey = (event: KeyboardEvent) => {
      const press = pressOf(event)
      const elsewhere = event.defaultPrevented || event.isComposing || event.repeat || (event.target instanceof Element && event.target.matches(typed)) || document.querySelector(covers) !== null
      if (press === null || elsewhere || (!single && press.length === 1)) return
      const meaning = meaningOf(press, performance.now() - ledAt.current < LED_MS)
      ledAt.current = meaning !== null && 'leads' in meaning ? performance.now() : -Infinity
      if (meaning === null) return
      event.preventDefault()
      if ('screen' in meaning) router.push(screens[meaning.screen])
      if ('shortcut' in meaning) acts[meaning.shortcut]()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [router, single])
  const choose = (next: boolean) => {
    setSingle(next)
    remember(storageKey, next)
  }
  return (
    <>
      <button type="button" className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2" onClick={() => setOpened('list')}>
        {t.ui.shortcuts.title}
      </button>
      {opened === 'list' && <ShortcutList single={single} onSingle={choose} onClose={() => setOpened(null)} />}
      {opened !== null && opened !== 'list' && <StopQuestion button={opened} onClose={() => setOpened(null)} />}
    </>
  )
}
