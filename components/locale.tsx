'use client'
/**
 * The page's language: texts, fault sentences and numbers in it. The server sends the texts of one language only; choosing another
 * sets a cookie and asks for the layout again, while everything on the page stays as it is.
 */
import { useRouter } from 'next/navigation'
import { createContext, useContext, useMemo, type ReactNode } from 'react'
import { localeCookie } from '@/lib/preferences'
import type { Fault } from '@/lib/errors'
import type { Messages } from '@/lib/messages/en'
import type { Locale } from '@/lib/messages/locales'
import { sentenceOf } from '@/lib/messages/text'

interface LocaleValue {
  locale: Locale
  t: Messages
  say: (fault: Fault) => string
  setLocale: (locale: Locale) => void
}

const Context = createContext<LocaleValue | null>(null)

interface LocaleProviderProps {
  locale: Locale
  /** `Messages` as JSON: React would look into each of the thousands of texts of an object, and read each again in the browser. */
  texts: string
  children: ReactNode
}

export function LocaleProvider({ locale, texts, children }: LocaleProviderProps) {
  const router = useRouter()
  const t = useMemo(() => JSON.parse(texts) as Messages, [texts])
  const value = useMemo<LocaleValue>(
    () => ({
      locale,
      t,
      say: (fault) => sentenceOf(fault, t),
      setLocale: (next) => {
        document.cookie = `${localeCookie}=${next}; path=/; max-age=31536000; samesite=lax`
        router.refresh()
      },
    }),
    [locale, t, router],
  )
  return <Context.Provider value={value}>{children}</Context.Provider>
}

export function useLocale(): LocaleValue {
  const value = useContext(Context)
  if (!value) throw new Error('useLocale outside LocaleProvider')
  return value
}
