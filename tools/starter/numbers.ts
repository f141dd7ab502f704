/** Whole numbers 0–199 in words, English and Chinese. */
import type { Locale } from '@/tools/starter/conversation'

const small = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ')
const tens = '_ _ twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const digits = [...'零一二三四五六七八九']

function english(n: number): string {
  if (n < 20) return small[n]
  if (n < 100) return tens[Math.floor(n / 10)] + (n % 10 ? `-${small[n % 10]}` : '')
  return `one hundred${n % 100 ? ` and ${english(n % 100)}` : ''}`
}

function chinese(n: number): string {
  if (n < 10) return digits[n]
  if (n < 20) return `十${n % 10 ? digits[n % 10] : ''}`
  if (n < 100) return `${digits[Math.floor(n / 10)]}十${n % 10 ? digits[n % 10] : ''}`
  const rest = n % 100
  if (rest === 0) return '一百'
  return rest < 10 ? `一百零${digits[rest]}` : `一百${rest < 20 ? '一' : ''}${chinese(rest)}`
}

/** The number in words; throws outside 0–199. */
export function inWords(n: number, locale: Locale): string {
  if (!Number.isInteger(n) || n < 0 || n > 199) throw new Error(`number out of range: ${n}`)
  return locale === 'en' ? english(n) : chinese(n)
}
