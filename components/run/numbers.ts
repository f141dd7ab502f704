/** Numbers of a run as the page writes them. */
import { numberText } from '@/components/config/number-text'

/** Four significant digits, without an exponent for what people read as a plain number. */
export function shortNumber(value: number): string {
  if (value === 0) return '0'
  if (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6) return value.toExponential(2).replace('e-0', 'e-').replace('e+', 'e')
  return String(Number(value.toPrecision(4)))
}

/** Tick labels: as short as the axis allows. */
export const tick = (value: number): string => numberText(Number(value.toPrecision(3)))

export const count = (value: number, locale: string): string => new Intl.NumberFormat(locale).format(Math.round(value))

/** 1234567 → 1.2 M */
export const compact = (value: number): string => new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(value)

const GIB = 1024 ** 3
/** Bytes of a file, small ones too. */
export const fileSize = (value: number): string => (value >= 1024 ** 2 ? bytes(value) : value >= 1024 ? `${Math.round(value / 1024)} KiB` : `${value} B`)
export const bytes = (value: number): string => (value >= GIB ? `${(value / GIB).toFixed(1)} GiB` : `${Math.max(1, Math.round(value / 1024 ** 2))} MiB`)

/** Milliseconds as H:MM:SS. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return `${hours}:${String(minutes).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
}
