/** The document: language and theme from cookies, the fonts, the providers, and the frame around every screen. */
import type { Metadata, Viewport } from 'next'
import localFont from 'next/font/local'
import type { ReactNode } from 'react'
import { preferences } from '@/app/preferences'
import { BoardProvider } from '@/components/board'
import { Frame } from '@/components/frame/frame'
import { icon } from '@/components/frame/mark'
import { LocaleProvider } from '@/components/locale'
import { themeScript } from '@/lib/preferences'
import { SocketProvider } from '@/components/socket'
import '@/app/globals.css'

const sans = localFont({
  src: '../node_modules/@fontsource-variable/geist/files/geist-latin-wght-normal.woff2',
  weight: '100 900',
  variable: '--font-latin',
  display: 'swap',
})
/** Fetched only where there is code or a log. */
const mono = localFont({
  src: '../node_modules/@fontsource-variable/geist-mono/files/geist-mono-latin-wght-normal.woff2',
  weight: '100 900',
  variable: '--font-latin-mono',
  display: 'swap',
  preload: false,
  adjustFontFallback: false,
})
/** Fetched only where there are such letters. */
const cyrillic = localFont({
  src: '../node_modules/@fontsource-variable/geist/files/geist-cyrillic-wght-normal.woff2',
  weight: '100 900',
  variable: '--font-cyrillic',
  display: 'swap',
  preload: false,
  adjustFontFallback: false,
  declarations: [{ prop: 'unicode-range', value: 'U+0301, U+0400-045F, U+0490-0491, U+04B0-04B1, U+2116' }],
})

export async function generateMetadata(): Promise<Metadata> {
  const { texts } = await preferences()
  return { title: { default: 'Tuneboard', template: '%s · Tuneboard' }, description: texts.ui.frame.description, icons: { icon } }
}

export const viewport: Viewport = { width: 'device-width', initialScale: 1 }

export default async function RootLayout({ children }: { children: ReactNode }) {
  const { locale, theme, texts } = await preferences()
  return (
    <html lang={locale} data-theme={theme === 'system' ? 'light' : theme} data-choice={theme} className={`${sans.variable} ${mono.variable} ${cyrillic.variable}`} suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: themeScript }} />
      </head>
      <body>
        <LocaleProvider locale={locale} texts={JSON.stringify(texts)}>
          <SocketProvider>
            <BoardProvider>
              <Frame theme={theme}>{children}</Frame>
            </BoardProvider>
          </SocketProvider>
        </LocaleProvider>
      </body>
    </html>
  )
}
