/** Names of what a browser remembers, and how a first visit's language is chosen; read on the server and in the page. */
import { locales, type Locale } from '@/lib/messages/locales'

export const localeCookie = 'tuneboard_locale'
export const themeCookie = 'tuneboard_theme'

export const themes = ['light', 'dark', 'system'] as const
export type Theme = (typeof themes)[number]

export const readTheme = (value: string | undefined): Theme => themes.find((theme) => theme === value) ?? 'system'

/** The cookie's language, else the first of `Accept-Language` that the board speaks, else English. */
export function readLocale(cookie: string | undefined, acceptLanguage: string | null): Locale {
  const wanted = [cookie ?? '', ...(acceptLanguage ?? '').split(',').map((part) => part.split(';')[0].trim().slice(0, 2).toLowerCase())]
  for (const name of wanted) {
    const found = locales.find((locale) => locale === name)
    if (found) return found
  }
  return 'en'
}

/** Runs before the first paint, so that a dark screen never flashes white. */
export const themeScript = `(function(){var d=document.documentElement,c=document.cookie.match(/${themeCookie}=(\\w+)/),m=matchMedia('(prefers-color-scheme: dark)');function a(){var t=d.dataset.choice||(c&&c[1])||'system';d.dataset.theme=t==='dark'||(t==='system'&&m.matches)?'dark':'light'}a();m.addEventListener('change',a)})()`
