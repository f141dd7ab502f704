'use client'
/** The page's language: texts, fault sentences and numbers in it. Kept in a cookie, so that the server renders the right one at once. */
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react'
import { localeCookie } from '@/components/preferences'
import type { Fault } from '@/lib/errors'
import { sentence, translate, type Locale } from '@/lib/messages'
import type { Messages } from '@/lib/messages/en'

interface LocaleValue {
  locale: Locale
  t: Messages
  say: (fault: Fault) => string
  setLocale: (locale: Locale) => void
}

const Context = createContext<LocaleValue | null>(null)

export function LocaleProvider({ initial, children }: { initial: Locale; children: ReactNode }) {
  const [locale, setState] = useState(initial)
  const value = useMemo<LocaleValue>(
    () => ({
      locale,
      t: translate(locale),
      say: (fault) => sentence(fault, locale),
      setLocale: (next) => {
        document.cookie = `${localeCookie}=${next}; path=/; max-age=31536000; samesite=lax`
        document.documentElement.lang = next
        setState(next)
      },
    }),
    [locale],
  )
  return <Context.Provider value={value}>{children}</Context.Provider>
}

export function useLocale(): LocaleValue {
  const value = useContext(Context)
  if (!value) throw new Error('useLocale outside LocaleProvider')
  return value
}
