/** Tasks with numbers and kinds: what a basket costs, units, days ahead, letters of a word, the thing that does not belong. */
import { counted, goods } from '@/tools/starter/datasets/demo/tables'
import { some, worded, type TaskMaker } from '@/tools/starter/datasets/demo/task'
import { categories, categoryNames, vocabulary, weekdays, words, type Category } from '@/tools/starter/lexicon'

const basket: TaskMaker = (random, locale) => {
  const [first, second] = some(random, goods, 2)
  const [m, n] = [random.int(2, 9), random.int(1, 9)]
  const values = { a: counted(m, first)[locale], b: counted(n, second)[locale], p: first.price, q: second.price, x: first.one[locale], y: second.one[locale] }
  const instruction = worded(random, locale, {
    en: ['One {x} costs {p}, one {y} costs {q}. What do {a} and {b} cost together?', 'I buy {a} at {p} each and {b} at {q} each. How much do I pay?'],
    zh: ['{x}每件 {p} 元，{y}每件 {q} 元。{a}和{b}一共多少钱？', '我买了{a}，每件 {p} 元，还有{b}，每件 {q} 元。一共要付多少？'],
  }, values)
  const [left, right] = [m * first.price, n * second.price]
  return { instruction, input: '', output: `${m} × ${first.price} = ${left}, ${n} × ${second.price} = ${right}, ${left} + ${right} = ${left + right}` }
}

/** Large unit, small unit, how many of the small make one of the large. */
const units = ([['hours=小时', 'minutes=分钟', 60], ['metres=米', 'centimetres=厘米', 100], ['weeks=星期', 'days=天', 7], ['kilograms=千克', 'grams=克', 1000], ['days=天', 'hours=小时', 24], ['years=年', 'months=个月', 12], ['minutes=分钟', 'seconds=秒', 60]] as const)
  .map(([large, small, factor]) => ({ large: words(large)[0], small: words(small)[0], factor }))

const unit: TaskMaker = (random, locale) => {
  const { large, small, factor } = random.pick(units)
  const n = random.int(2, 12)
  const instruction = worded(random, locale, { en: ['How many {small} are {n} {large}?', 'Convert {n} {large} to {small}.', 'What are {n} {large} in {small}?'], zh: ['{n} {large}等于多少{small}？', '把 {n} {large}换算成{small}。', '{n} {large}是多少{small}？'] }, { n, large: large[locale], small: small[locale] })
  return { instruction, input: '', output: `${n} × ${factor} = ${n * factor} ${small[locale]}` }
}

const daysAhead: TaskMaker = (random, locale) => {
  const [today, ahead] = [random.int(0, 6), random.int(2, 9)]
  const then = weekdays[(today + ahead) % 7][locale]
  const instruction = worded(random, locale, { en: ['Today is {day}. Which day is it in {n} days?', 'If today is {day}, what day will it be {n} days from now?'], zh: ['今天是{day}，{n} 天以后是星期几？', '如果今天是{day}，再过 {n} 天是星期几？'] }, { day: weekdays[today][locale], n: ahead })
  return { instruction, input: '', output: locale === 'en' ? `In ${ahead} days it is ${then}.` : `${ahead} 天以后是${then}。` }
}

const letters: TaskMaker = (random, locale) => {
  const word = random.pick(vocabulary).en.toLowerCase()
  const instruction = worded(random, locale, { en: ['How many letters has the word {w}?', 'Count the letters of {w}.'], zh: ['单词 {w} 有几个字母？', '数一数 {w} 的字母。'] }, { w: word })
  return { instruction, input: '', output: `${[...word].join('-')}: ${word.length}` }
}

const kinds: Category[] = ['animal', 'fruit', 'vehicle', 'drink', 'body part', 'piece of clothing', 'piece of furniture']
const kindName = (kind: Category, locale: 'en' | 'zh'): string => (locale === 'en' ? categoryNames[kind].plural : categoryNames[kind].zh)

const oddOneOut: TaskMaker = (random, locale) => {
  const [kind, other] = some(random, kinds, 2)
  const odd = random.pick(categories[other])[locale]
  const list = random.shuffle([odd, ...some(random, categories[kind], 3).map((word) => word[locale])])
  const instruction = worded(random, locale, { en: ['Which of these does not belong?', 'Find the odd one out.', 'One of these is of another kind. Which?'], zh: ['哪一个和其他的不一样？', '找出不同类的一个。', '下面哪一个不属于同一类？'] })
  const names = { odd, other: kindName(other, locale), kind: kindName(kind, locale) }
  return { instruction, input: list.join(locale === 'en' ? ', ' : '、'), output: locale === 'en' ? `${names.odd}: the others are ${names.kind}.` : `${names.odd}：其他的都是${names.kind}。` }
}

export const numberTasks: TaskMaker[] = [basket, unit, daysAhead, letters, oddOneOut]
