/**
 * Numbers as people read them, and times as LLaMA-Factory writes them. What goes into a file or on the wire is the same in every
 * language; what is shown takes a locale.
 */
import type { Locale } from '@/lib/messages/locales'

const two = (value: number): string => String(value).padStart(2, '0')

/** Seconds as "H:MM:SS", in hours however many. */
export function clock(seconds: number): string {
  const whole = Math.max(Math.floor(seconds), 0)
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
}

/** Seconds as "H:MM:SS", with "1 day, " or "N days, " in front: Python's `str(timedelta(seconds=int(s)))`, which LLaMA-Factory's log holds. */
export function duration(seconds: number): string {
  const whole = Math.max(Math.floor(seconds), 0)
  const days = Math.floor(whole / 86400)
  const time = clock(whole % 86400)
  return days === 0 ? time : `${days} day${days === 1 ? '' : 's'}, ${time}`
}

/** Seconds of a text that `duration` wrote; null for any other text. */
export function parseDuration(text: string): number | null {
  const found = /^(?:(\d+) days?, )?(\d+):([0-5]\d):([0-5]\d)$/.exec(text)
  if (!found) return null
  const [, days = '0', hours, minutes, seconds] = found
  return Number(days) * 86400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

const latin = ['B', 'KB', 'MB', 'GB', 'TB'] as const
const units: Readonly<Record<Locale, readonly string[]>> = { en: latin, zh: latin, ru: ['Б', 'КБ', 'МБ', 'ГБ', 'ТБ'], ko: latin, ja: latin }

/** Bytes in decimal units, three digits: 2.7 GB, 512 MB. */
export function bytes(value: number, locale: Locale): string {
  const unit = Math.min(Math.max(Math.floor(Math.log10(Math.max(value, 1)) / 3), 0), latin.length - 1)
  const scaled = value / 1000 ** unit
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: scaled < 10 && unit > 0 ? 1 : 0 }).format(scaled)} ${units[locale][unit]}`
}

/** A whole number with the locale's separators. */
export const count = (value: number, locale: Locale): string => new Intl.NumberFormat(locale).format(Math.round(value))

/** A large number in short: 1,234,567 → 1.2M, 123万 in Chinese. */
export const compact = (value: number, locale: Locale): string => new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(value)

/** A measured number with four significant digits; with an exponent (5e-5) where people write one. */
export function shortNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e6) return String(Number(value.toPrecision(4)))
  return value.toExponential(2).replace(/\.?0+e/, 'e').replace('e+', 'e')
}

/** A number at an axis: as short as that allows. */
export const tick = (value: number): string => shortNumber(Number(value.toPrecision(3)))

/** A share as a percentage without decimals; never 100 % before the end. */
export function percent(share: number, locale: Locale): string {
  const whole = share >= 1 ? 1 : Math.min(Math.floor(share * 100) / 100, 0.99)
  return new Intl.NumberFormat(locale, { style: 'percent' }).format(Math.max(whole, 0))
}

const perSecond: Readonly<Record<Locale, string>> = { en: 'tokens/s', zh: '词元/秒', ru: 'токенов/с', ko: '토큰/초', ja: 'トークン/秒' }

/** Tokens per second: whole numbers from 100 on, else one decimal. */
export function throughput(value: number, locale: Locale): string {
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: value < 100 ? 1 : 0 }).format(value)} ${perSecond[locale]}`
}
