/** Texts by language, and the sentence of a fault. Leaves out plural forms: no text here needs them. The page must not import this: it would load every language. */
import type { Fault, FaultValue } from '@/lib/errors'
import { en, type Messages } from '@/lib/messages/en'
import { ja } from '@/lib/messages/ja'
import { ko } from '@/lib/messages/ko'
import type { Locale } from '@/lib/messages/locales'
import { ru } from '@/lib/messages/ru'
import { sentenceOf, wordsOf } from '@/lib/messages/text'
import { zh } from '@/lib/messages/zh'

const languages = { en, zh, ru, ko, ja } as const satisfies Record<Locale, Messages>

/** All texts of a language. */
export const translate = (locale: Locale): Messages => languages[locale]

/** The sentence of a fault in a language. */
export const sentence = (fault: Fault, locale: Locale): string => sentenceOf(fault, translate(locale))

/** A value of a fault in a language: a problem's words, or the value itself. */
export const words = (value: FaultValue, locale: Locale): string => String(wordsOf(value, translate(locale)))
