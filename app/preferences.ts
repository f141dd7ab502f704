/** What this request's browser prefers: its language and theme, and that language's texts. Only on the server. */
import { cookies, headers } from 'next/headers'
import { cache } from 'react'
import { localeCookie, readLocale, readTheme, themeCookie } from '@/lib/preferences'
import { translate } from '@/lib/messages'

export const preferences = cache(async () => {
  const [jar, head] = await Promise.all([cookies(), headers()])
  const locale = readLocale(jar.get(localeCookie)?.value, head.get('accept-language'))
  return { locale, theme: readTheme(jar.get(themeCookie)?.value), texts: translate(locale) }
})
