/** Which is more, what comes next, counting, sorting, odd and even; days and months in their order. */
import { fill, turn, verbatim, type Locale, type Phrases, type Skill, type Turn } from '@/tools/starter/conversation'
import { months, weekdays, type Word } from '@/tools/starter/lexicon'
import type { Random } from '@/tools/starter/random'

function twoNumbers(random: Random): [number, number] {
  const a = random.int(0, 99)
  const b = random.int(0, 98)
  return [a, b < a ? b : b + 1]
}

const compareQuestions: Record<'more' | 'less', Phrases> = {
  more: { en: ['Which is larger, {a} or {b}?', 'Which is bigger: {a} or {b}?', 'Which number is greater, {a} or {b}?'], zh: ['{a}和{b}哪个大？', '{a}和{b}哪个更大？', '{a}大还是{b}大？'] },
  less: { en: ['Which is smaller, {a} or {b}?', 'Which number is less, {a} or {b}?'], zh: ['{a}和{b}哪个小？', '{a}小还是{b}小？'] },
}

function compare(random: Random, locale: Locale): Turn[] {
  const [a, b] = twoNumbers(random)
  const side = random.pick(['more', 'less'] as const)
  const chosen = side === 'more' ? Math.max(a, b) : Math.min(a, b)
  const answer = { more: { en: `${chosen} is larger.`, zh: `${chosen} 更大。` }, less: { en: `${chosen} is smaller.`, zh: `${chosen} 更小。` } }
  return [verbatim(fill(random.pick(compareQuestions[side][locale]), { a, b }), answer[side][locale])]
}

function greater(random: Random, locale: Locale): Turn[] {
  const [a, b] = twoNumbers(random)
  if (locale === 'zh') return [verbatim(`${a}比${b}大吗？`, a > b ? `是的，${a} 比 ${b} 大。` : `不，${a} 比 ${b} 小。`)]
  const question = random.pick([`Is ${a} greater than ${b}?`, `Is ${a} larger than ${b}?`, `Is ${a} more than ${b}?`])
  return [verbatim(question, a > b ? `Yes, ${a} is greater than ${b}.` : `No, ${a} is less than ${b}.`)]
}

function parity(random: Random, locale: Locale): Turn[] {
  const n = random.int(0, 99)
  const even = n % 2 === 0
  if (locale === 'zh') return [verbatim(fill(random.pick(['{n}是奇数还是偶数？', '{n}是单数还是双数？']), { n }), `${n} 是${even ? '偶数' : '奇数'}。`)]
  return [verbatim(fill(random.pick(['Is {n} odd or even?', 'Is {n} even or odd?']), { n }), `${n} is ${even ? 'even' : 'odd'}.`)]
}

function neighbour(random: Random, locale: Locale): Turn[] {
  const n = random.int(1, 98)
  if (random.chance(0.6)) {
    const phrases: Phrases = { en: ['What number comes after {n}?', 'What comes after {n}?', 'What is the next number after {n}?'], zh: ['{n}后面是几？', '{n}的下一个数是多少？', '比{n}大一的数是多少？'] }
    return [verbatim(fill(random.pick(phrases[locale]), { n }), locale === 'en' ? `${n + 1} comes after ${n}.` : `${n} 后面是 ${n + 1}。`)]
  }
  const phrases: Phrases = { en: ['What number comes before {n}?', 'What comes before {n}?'], zh: ['{n}前面是几？', '{n}的前一个数是多少？'] }
  return [verbatim(fill(random.pick(phrases[locale]), { n }), locale === 'en' ? `${n - 1} comes before ${n}.` : `${n} 前面是 ${n - 1}。`)]
}

const range = (from: number, to: number): number[] => {
  const step = from <= to ? 1 : -1
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => from + i * step)
}

function count(random: Random, locale: Locale): Turn[] {
  const spell = (from: number, to: number): string => range(from, to).join(', ')
  const kind = random.pick(['to', 'to', 'between', 'down'] as const)
  if (kind === 'to') {
    const n = random.int(2, 20)
    return [verbatim(fill(random.pick(locale === 'en' ? ['Count to {n}.', 'Count from 1 to {n}.', 'Please count to {n}.', 'Can you count to {n}?'] : ['从1数到{n}。', '数到{n}。', '请从一数到{n}。', '你能数到{n}吗？']), { n }), spell(1, n))]
  }
  const [a, length] = [random.int(1, 40), random.int(2, 8)]
  if (kind === 'between') return [verbatim(locale === 'en' ? `Count from ${a} to ${a + length}.` : `从${a}数到${a + length}。`, spell(a, a + length))]
  const n = random.int(3, 12)
  return [verbatim(locale === 'en' ? `Count down from ${n}.` : `从${n}倒数到1。`, spell(n, 1))]
}

function sort(random: Random, locale: Locale): Turn[] {
  const numbers = Array.from({ length: random.int(2, 4) }, () => random.int(0, random.chance(0.5) ? 9 : 99))
  const list = numbers.join(', ')
  const sorted = [...numbers].sort((a, b) => a - b)
  const phrases: Phrases = { en: ['Sort these numbers: {list}', 'Sort {list}.', 'Put these numbers in order: {list}'], zh: ['把这些数字从小到大排列：{list}', '排序：{list}', '请排序：{list}'] }
  return [verbatim(fill(random.pick(phrases[locale]), { list }), sorted.join(', '))]
}

function calendar(random: Random, locale: Locale): Turn[] {
  const months_ = random.chance(0.5)
  const names: Word[] = months_ ? months : weekdays
  const i = random.int(0, names.length - 1)
  const at = (offset: number): string => names[(i + offset + names.length) % names.length][locale]
  const after = random.chance(0.6)
  const other = at(after ? 1 : -1)
  if (locale === 'zh') {
    const question = random.pick(after ? ['{x}后面是{kind}？', '{x}之后是{kind}？', '{x}的下一{unit}是{kind}？'] : ['{x}前面是{kind}？', '{x}之前是{kind}？'])
    return [turn(fill(question, { x: at(0), kind: months_ ? '几月' : '星期几', unit: months_ ? '个月' : '天' }), `${at(0)}${after ? '后面' : '前面'}是${other}。`)]
  }
  const [unit, word] = [months_ ? 'month' : 'day', after ? 'after' : 'before']
  const question = random.pick([`What ${unit} comes ${word} ${at(0)}?`, `Which ${unit} is ${word} ${at(0)}?`, `What comes ${word} ${at(0)}?`])
  return [turn(question, `${other} comes ${word} ${at(0)}.`)]
}

export const orderSkills: Skill[] = [
  { name: 'compare', weight: 3, ask: compare },
  { name: 'greater', weight: 2, ask: greater },
  { name: 'parity', weight: 1, ask: parity },
  { name: 'neighbour', weight: 2, ask: neighbour },
  { name: 'count', weight: 2.5, ask: count },
  { name: 'sort', weight: 2, ask: sort },
  { name: 'calendar', weight: 2.5, ask: calendar },
]
