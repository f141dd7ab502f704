/** The languages of the board, each by its own name. Their texts are loaded elsewhere: `lib/messages` holds all, the page only its own. */
export const locales = ['en', 'zh', 'ru', 'ko', 'ja'] as const
export type Locale = (typeof locales)[number]

export const languageNames: Readonly<Record<Locale, string>> = { en: 'English', zh: '中文', ru: 'Русский', ko: '한국어', ja: '日本語' }
