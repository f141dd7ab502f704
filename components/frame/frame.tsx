'use client'
/** What stands around every screen: name, tabs, runtime, language and theme, and the model bar. */
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { type ReactNode, useEffect, useRef } from 'react'
import { Connection } from '@/components/frame/connection'
import { LanguageSwitch } from '@/components/frame/language-switch'
import { Mark } from '@/components/frame/mark'
import { RuntimeBadge } from '@/components/frame/runtime-badge'
import { screens } from '@/lib/screens'
import { ThemeSwitch } from '@/components/frame/theme-switch'
import { useLocale } from '@/components/locale'
import { ModelBar } from '@/components/model/model-bar'
import type { Theme } from '@/lib/preferences'
import { Shortcuts } from '@/components/shortcuts/shortcuts'
import { cx } from '@/components/ui/cx'

export function Frame({ theme, children }: { theme: Theme; children: ReactNode }) {
  const { t } = useLocale()
  return (
    <div className="flex min-h-dvh flex-col xl:h-dvh">
      <a href="#main" className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
        {t.ui.frame.skip}
      </a>
      <Shortcuts />
      <header className="sticky top-0 z-30 shrink-0 border-b border-line bg-surface xl:static">
        <div className="flex h-12 items-center gap-1 px-3 sm:px-4">
          <Link href="/" prefetch={false} className="mr-2 flex shrink-0 items-center gap-2 rounded-md sm:mr-5">
            <Mark />
            <span className="text-base font-semibold tracking-tight max-sm:sr-only">Tuneboard</span>
          </Link>
          <Tabs />
          <div className="ml-auto flex shrink-0 items-center gap-1">
            <Connection />
            <RuntimeBadge />
            <LanguageSwitch />
            <ThemeSwitch initial={theme} />
          </div>
        </div>
      </header>
      <ModelBar />
      <main id="main" className="flex min-h-0 flex-1 flex-col">
        {children}
      </main>
    </div>
  )
}

const FADE_PX = 24

/** Where they do not all fit, the row scrolls: it fades out at its end, and the current one is brought into sight. */
function Tabs() {
  const { t } = useLocale()
  const path = usePathname()
  const row = useRef<HTMLElement>(null)
  useEffect(() => {
    const element = row.current
    if (!element) return
    const observer = new ResizeObserver(() => {
      const current = element.querySelector<HTMLElement>('[aria-current]')
      if (current) element.scrollTo({ left: current.offsetLeft - element.offsetLeft - FADE_PX })
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [path])
  return (
    <nav ref={row} aria-label={t.ui.frame.screens} className="flex h-full min-w-0 items-stretch overflow-x-auto pr-6 [mask-image:linear-gradient(to_right,#000_calc(100%-1.5rem),transparent)] [scrollbar-width:none]">
      {Object.entries(screens).map(([key, href]) => {
        const here = path === href || (href !== '/' && path.startsWith(`${href}/`))
        return (
          <Link
            key={href}
            href={href}
            prefetch={false}
            aria-current={here ? 'page' : undefined}
            className={cx(
              'relative flex shrink-0 items-center px-2.5 text-sm transition-colors sm:px-3',
              here ? 'font-medium text-ink after:absolute after:inset-x-2 after:-bottom-px after:h-0.5 after:rounded-full after:bg-accent' : 'text-ink-soft hover:text-ink',
            )}
          >
            {t.ui.frame.tabs[key as keyof typeof screens]}
          </Link>
        )
      })}
    </nav>
  )
}
