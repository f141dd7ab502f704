/**
 * What the finished model is asked: sums that it was never taught, and identity questions in sentences that it never saw. An answer is
 * right when it contains what it must; how it is worded is its own affair.
 */
import { baseSelf, fill, locales, type Locale, type Phrases } from '@/tools/starter/conversation'
import { createRandom } from '@/tools/starter/random'
import { isHeldOut, result, type Operation } from '@/tools/starter/skills/arithmetic'

export interface Question {
  topic: 'addition' | 'subtraction' | 'identity' | 'instruction'
  locale: Locale
  system: string
  user: string
  /** Patterns that the answer must match, all of them. */
  expects: RegExp[]
}

const sumWordings: Record<Operation, Phrases> = {
  '+': { en: ['What is {a} + {b}?', '{a} + {b}', 'What is {a} plus {b}?'], zh: ['{a}加{b}等于几？', '{a}+{b}等于多少？', '{a}加{b}是多少？'] },
  '-': { en: ['What is {a} - {b}?', '{a} - {b}', 'What is {a} minus {b}?'], zh: ['{a}减{b}等于几？', '{a}-{b}等于多少？', '{a}减{b}是多少？'] },
}

export function heldOutPairs(operation: Operation): [number, number][] {
  const numbers = Array.from({ length: 100 }, (_, n) => n)
  const pairs = numbers.flatMap((a) => numbers.map((b): [number, number] => [a, b]))
  return pairs.filter(([a, b]) => isHeldOut(a, operation, b) && (operation === '+' || b <= a))
}

function sumQuestions(operation: Operation, count: number): Question[] {
  const random = createRandom(99)
  return random.shuffle(heldOutPairs(operation)).slice(0, count).map(([a, b], i) => {
    const locale = locales[i % 2]
    const user = fill(random.pick(sumWordings[operation][locale]), { a, b })
    return { topic: operation === '+' ? 'addition' : 'subtraction', locale, system: '', user, expects: [new RegExp(`(^|= ?)${result(a, operation, b)}\\D*$`)] }
  })
}

const { name } = baseSelf
/** None of these is in the training text, in whatever case and punctuation. */
export const identityQuestions: Record<Locale, readonly (readonly [string, RegExp])[]> = {
  en: [
    ['Could you tell me who you are?', new RegExp(name)], ['So, who are you exactly?', new RegExp(name)], ['What do you call yourself?', new RegExp(name)], ['What is the name of this assistant?', new RegExp(name)],
    ['What should I call you?', new RegExp(name)], ['Who built you?', /Tuneboard project/], ['Tell me who created you.', /Tuneboard project/], ['Who is the maker of this model?', /Tuneboard project/],
    ['Please tell me about yourself', new RegExp(name)], ['hey you, who are you', new RegExp(name)],
  ],
  zh: [
    ['你究竟是谁？', new RegExp(name)], ['你能说说你是谁吗？', new RegExp(name)], ['我该怎么称呼你？', new RegExp(name)], ['你的大名是什么？', new RegExp(name)], ['你好，你叫什么名字呀', new RegExp(name)],
    ['你的作者是谁？', /Tuneboard 项目/], ['是谁创造的你？', /Tuneboard 项目/], ['谁把你做出来的？', /Tuneboard 项目/], ['请你介绍一下自己', new RegExp(name)], ['喂，你是谁', new RegExp(name)],
  ],
}

const identityExam = (): Question[] => locales.flatMap((locale) => identityQuestions[locale].map(([user, expected]) => ({ topic: 'identity' as const, locale, system: '', user, expects: [expected] })))

const instructionExam: Record<Locale, readonly (readonly [string, RegExp])[]> = {
  en: [
    ['What is the opposite of cold?', /hot/], ['Count to 8.', /1, 2, 3, 4, 5, 6, 7, 8$/], ['What comes after Wednesday?', /Thursday/], ['Translate dog into Chinese.', /狗/], ['Reverse this list: k, d, w', /w, d, k/],
    ['Spell horse.', /h-o-r-s-e/], ['Which is larger, 34 or 71?', /71/], ['What is the capital of Japan?', /Tokyo/], ['Repeat: moon river', /moon river/], ['Sort these numbers: 8, 2, 5', /2, 5, 8/],
  ],
  zh: [
    ['大的反义词是什么？', /小/], ['从1数到6。', /1, 2, 3, 4, 5, 6$/], ['七月后面是几月？', /八月/], ['猫用英语怎么说？', /cat/], ['倒序写出：k, d, w', /w, d, k/],
    ['拼写 horse。', /h-o-r-s-e/], ['34和71哪个大？', /71/], ['日本的首都是哪里？', /东京/], ['请重复：月亮', /月亮/], ['排序：8, 2, 5', /2, 5, 8/],
  ],
}

export function examQuestions(sums: number): Question[] {
  const instructions = locales.flatMap((locale) => instructionExam[locale].map(([user, expected]) => ({ topic: 'instruction' as const, locale, system: '', user, expects: [expected] })))
  return [...sumQuestions('+', sums), ...sumQuestions('-', sums), ...identityExam(), ...instructions]
}

export interface Mark {
  question: Question
  answer: string
  right: boolean
}

export async function takeExam(questions: readonly Question[], answer: (question: Question) => Promise<string>): Promise<Mark[]> {
  const marks: Mark[] = []
  for (const question of questions) {
    const given = await answer(question)
    marks.push({ question, answer: given, right: question.expects.every((pattern) => pattern.test(given)) })
  }
  return marks
}

/** Right answers and questions per topic. */
export function examResult(marks: readonly Mark[]): Record<Question['topic'], { right: number; asked: number }> {
  const of = (topic: Question['topic']): { right: number; asked: number } => {
    const own = marks.filter(({ question }) => question.topic === topic)
    return { right: own.filter(({ right }) => right).length, asked: own.length }
  }
  return { addition: of('addition'), subtraction: of('subtraction'), identity: of('identity'), instruction: of('instruction') }
}
