/**
 * Sums: addition and subtraction of 0–99 in many wordings, worked out as at school, the ones first. The working makes every step a fact
 * of single digits, which a model this small can learn; the bare result of two-digit sums it could not.
 */
import { fill, verbatim, type Locale, type Phrases, type Skill, type Turn } from '@/tools/starter/conversation'
import { inWords } from '@/tools/starter/numbers'
import type { Random } from '@/tools/starter/random'

export type Operation = '+' | '-'

export const result = (a: number, operation: Operation, b: number): number => (operation === '+' ? a + b : a - b)

/**
 * Every tenth sum or so is never taught, in any wording, and asked when the model is examined. The facts that workings are made of, up to
 * 18 and a single digit, are all taught.
 */
export function isHeldOut(a: number, operation: Operation, b: number): boolean {
  if (a < 19 && b < 10) return false
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

const ones = (n: number): number => n % 10
const tens = (n: number): number => Math.floor(n / 10)

/** Ones, then tens with what is carried or borrowed: "7 + 8 = 15, 4 + 3 + 1 = 8". Sums of two single digits need none. */
function working(a: number, operation: Operation, b: number): string[] {
  if (a < 10 && b < 10) return []
  const over = operation === '+' ? ones(a) + ones(b) >= 10 : ones(a) < ones(b)
  const left = operation === '-' && over ? ones(a) + 10 : ones(a)
  const moved = over ? ` ${operation} 1` : ''
  const tensResult = result(tens(a), operation, tens(b)) + (over ? result(0, operation, 1) : 0)
  return [`${left} ${operation} ${ones(b)} = ${result(left, operation, ones(b))}`, `${tens(a)} ${operation} ${tens(b)}${moved} = ${tensResult}`]
}

/** The working and the whole sum in digits, the same in every wording and language; what follows the last "=" is the result. */
export const sumAnswer = (a: number, operation: Operation, b: number): string => [...working(a, operation, b), `${a} ${operation} ${b} = ${result(a, operation, b)}`].join(', ')

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
    const total = Number(/(\d+)$/.exec(first[0].assistant)?.[1])
    const more = random.int(1, 20)
    if (total > 99 || isHeldOut(total, '+', more)) continue
    return [...first, verbatim(fill(random.pick(onward[locale]), { b: more }), sumAnswer(total, '+', more))]
  }
}

export const arithmeticSkills: Skill[] = [
  { name: 'sum', weight: 34, ask: sum },
  { name: 'sum and on', weight: 2, ask: sumAndOn },
]
