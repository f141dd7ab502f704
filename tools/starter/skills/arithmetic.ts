/** Sums: addition and subtraction of 0–99 in many wordings, the small times table, and sums that go on from the last result. */
import { fill, verbatim, type Locale, type Phrases, type Skill, type Turn } from '@/tools/starter/conversation'
import { inWords } from '@/tools/starter/numbers'
import type { Random } from '@/tools/starter/random'

export type Operation = '+' | '-'

export const result = (a: number, operation: Operation, b: number): number => (operation === '+' ? a + b : a - b)

/** Every tenth sum or so is never taught, in any wording, and asked when the model is examined. */
export function isHeldOut(a: number, operation: Operation, b: number): boolean {
  const mixed = Math.imul(a * 100 + b + (operation === '+' ? 0 : 10000) + 1, 2654435761) >>> 0
  return (mixed >>> 8) % 10 === 0
}

const wordings: Record<Operation, Phrases> = {
  '+': {
    en: ['What is {a} + {b}?', '{a} + {b}', '{a} + {b} =', '{a}+{b}', '{a}+{b}=?', 'Calculate {a} + {b}.', 'What is {a} plus {b}?', 'How much is {a} plus {b}?', 'How much is {a} + {b}?', 'Add {a} and {b}.', '{a} plus {b}', 'Compute {a} + {b}.', 'What is the sum of {a} and {b}?', 'What does {a} + {b} equal?', 'Solve {a} + {b}.', 'Please add {a} and {b}.', 'Can you add {a} and {b}?', 'I have {a} apples and get {b} more. How many do I have?'],
    zh: ['{a} + {b} 等于多少？', '{a}+{b}等于多少？', '{a} + {b}', '{a}+{b}', '{a}+{b}=', '{a} + {b} = ?', '{a}加{b}等于几？', '{a}加{b}是多少？', '{a}加{b}', '计算{a}+{b}。', '请计算 {a} + {b}。', '算一下{a}加{b}。', '{a}和{b}的和是多少？', '{a}与{b}相加得多少？', '{a}+{b}是多少？', '帮我算{a}加{b}。', '我有{a}个苹果，又得到{b}个，一共有几个？'],
  },
  '-': {
    en: ['What is {a} - {b}?', '{a} - {b}', '{a} - {b} =', '{a}-{b}', '{a}-{b}=?', 'Calculate {a} - {b}.', 'What is {a} minus {b}?', 'How much is {a} minus {b}?', 'How much is {a} - {b}?', 'Subtract {b} from {a}.', '{a} minus {b}', 'Compute {a} - {b}.', 'Take {b} away from {a}.', 'What does {a} - {b} equal?', 'Solve {a} - {b}.', 'I have {a} apples and give away {b}. How many are left?'],
    zh: ['{a} - {b} 等于多少？', '{a}-{b}等于多少？', '{a} - {b}', '{a}-{b}', '{a}-{b}=', '{a} - {b} = ?', '{a}减{b}等于几？', '{a}减{b}是多少？', '{a}减去{b}', '计算{a}-{b}。', '请计算 {a} - {b}。', '算一下{a}减{b}。', '{a}和{b}的差是多少？', '{a}-{b}是多少？', '帮我算{a}减{b}。', '我有{a}个苹果，给了别人{b}个，还剩几个？'],
  },
}

/** The answer states the whole sum in digits, so that every wording is led to one form before the result. */
export const sumAnswer = (a: number, operation: Operation, b: number): string => `${a} ${operation} ${b} = ${result(a, operation, b)}`

function drawSum(random: Random, operation: Operation, largest: number): [number, number] {
  for (;;) {
    let [a, b] = [random.int(0, largest), random.int(0, largest)]
    if (operation === '-' && b > a) [a, b] = [b, a]
    if (!isHeldOut(a, operation, b)) return [a, b]
  }
}

/** Small sums are as frequent as large ones, so that the ones people try first are sure. */
const drawLargest = (random: Random): number => (random.chance(0.15) ? 10 : 99)

function sum(random: Random, locale: Locale): Turn[] {
  const operation = random.pick(['+', '+', '-'] as const)
  const [a, b] = drawSum(random, operation, drawLargest(random))
  const say = (n: number): string | number => (spoken ? inWords(n, locale) : n)
  const spoken = random.chance(0.2)
  const wording = random.pick(wordings[operation][locale].filter((phrase) => !spoken || !/[+-]/.test(phrase)))
  return [verbatim(fill(wording, { a: say(a), b: say(b) }), sumAnswer(a, operation, b))]
}

const onward: Phrases = {
  en: ['Add {b} to that.', 'And plus {b}?', 'Now add {b}.', 'Plus {b}?'],
  zh: ['再加{b}呢？', '再加上{b}。', '加{b}呢？', '再加{b}等于几？'],
}

/** A sum, and a second one that starts from its result. */
function sumAndOn(random: Random, locale: Locale): Turn[] {
  for (;;) {
    const first = sum(random, locale)
    const total = Number(/= (\d+)/.exec(first[0].assistant)?.[1])
    const more = random.int(1, 20)
    if (total > 99 || isHeldOut(total, '+', more)) continue
    return [...first, verbatim(fill(random.pick(onward[locale]), { b: more }), sumAnswer(total, '+', more))]
  }
}

const drills: Phrases = {
  en: ['{list}', 'Calculate: {list}', 'Work these out: {list}', 'What are {list}?'],
  zh: ['{list}', '计算：{list}', '请算出：{list}', '{list}各等于多少？'],
}

/** Several sums at once: the most sums that a line of text can teach. */
function drill(random: Random, locale: Locale): Turn[] {
  const sums = Array.from({ length: random.int(3, 6) }, () => {
    const operation = random.pick(['+', '+', '-'] as const)
    const [a, b] = drawSum(random, operation, drawLargest(random))
    return { asked: `${a} ${operation} ${b}`, answered: sumAnswer(a, operation, b) }
  })
  const list = sums.map(({ asked }) => asked).join(', ')
  return [verbatim(fill(random.pick(drills[locale]), { list }), sums.map(({ answered }) => answered).join(', '))]
}

const products: Phrases = {
  en: ['What is {a} times {b}?', 'What is {a} * {b}?', '{a} × {b}', '{a} * {b} =', 'Multiply {a} by {b}.', '{a} times {b}'],
  zh: ['{a}乘以{b}等于多少？', '{a}乘{b}是多少？', '{a} × {b}', '{a}×{b}等于几？', '计算{a}乘{b}。'],
}

function product(random: Random, locale: Locale): Turn[] {
  const [a, b] = [random.int(0, 10), random.int(0, 10)]
  return [verbatim(fill(random.pick(products[locale]), { a, b }), `${a} × ${b} = ${a * b}`)]
}

export const arithmeticSkills: Skill[] = [
  { name: 'sum', weight: 30, ask: sum },
  { name: 'drill', weight: 15, ask: drill },
  { name: 'sum and on', weight: 2, ask: sumAndOn },
  { name: 'product', weight: 2, ask: product },
]
