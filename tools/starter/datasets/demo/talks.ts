/**
 * Conversations in which a later answer needs an earlier turn: something told and asked for again, a choice made step by step, a result that is worked
 * on, a correction. In ShareGPT's format, some with a system prompt.
 */
import { locales, turn, type Locale, type Phrases, type Turn } from '@/tools/starter/conversation'
import { cities, counted, deeds, goods, people } from '@/tools/starter/datasets/demo/tables'
import { distinctRows, some, worded } from '@/tools/starter/datasets/demo/task'
import type { ShareGptRow } from '@/tools/starter/datasets/multiturn'
import { opposites, vocabulary, words } from '@/tools/starter/lexicon'
import { createRandom, type Random } from '@/tools/starter/random'

type Talk = (random: Random, locale: Locale) => Turn[]

/** Three things about oneself, two of them asked for later, in another order. */
const aboutMe: Talk = (random, locale) => {
  const [name, city, deed] = [random.pick(people)[locale], random.pick(cities)[locale], random.pick(deeds)]
  const told: Record<'name' | 'city' | 'deed', [Phrases, Phrases, Record<Locale, string>, Record<Locale, string>]> = {
    name: [{ en: ['I am {x}.', 'My name is {x}.', 'Call me {x}, please.'], zh: ['我叫{x}。', '我是{x}。', '你可以叫我{x}。'] }, { en: ['What is my name?', 'Do you still know my name?'], zh: ['我叫什么名字？', '你还记得我叫什么吗？'] }, { en: `Nice to meet you, ${name}!`, zh: `很高兴认识你，${name}！` }, { en: `Your name is ${name}.`, zh: `你叫${name}。` }],
    city: [{ en: ['I live in {x}.', 'My home is in {x}.', 'I come from {x}.'], zh: ['我住在{x}。', '我家在{x}。', '我来自{x}。'] }, { en: ['Where is my home?', 'Which city am I from?'], zh: ['我家在哪里？', '我是哪里人？'] }, { en: `${city} must be a fine place.`, zh: `${city}一定是个好地方。` }, { en: `Your home is in ${city}.`, zh: `你家在${city}。` }],
    deed: [{ en: ['I {x}.', 'You should know that I {x}.'], zh: ['我{x}。', '告诉你，我{x}。'] }, { en: ['What did I say that I do?', 'What else did I tell you?'], zh: ['我说过我做什么？', '我还告诉过你什么？'] }, { en: 'That is good to know.', zh: '知道了，真好。' }, { en: `You said that you ${deed.base} ${deed.rest}.`, zh: `你说你${deed.zh}。` }],
  }
  const values = { name, city, deed: locale === 'en' ? `${deed.base} ${deed.rest}` : deed.zh }
  const keys = random.shuffle(['name', 'city', 'deed'] as const)
  const says = keys.map((key) => turn(worded(random, locale, told[key][0], { x: values[key] }), told[key][2][locale]))
  const asks = random.shuffle(keys).slice(0, 2).map((key) => turn(worded(random, locale, told[key][1]), told[key][3][locale]))
  return [...says, ...asks]
}

/** An order in a shop, changed once, and its sum. */
const shop: Talk = (random, locale) => {
  const [first, second] = some(random, goods, 2)
  const [m, n, more] = [random.int(1, 5), random.int(1, 5), random.int(1, 3)]
  const [a, b, added, all] = [counted(m, first), counted(n, second), counted(more, first), counted(m + more, first)].map((word) => word[locale])
  const total = (m + more) * first.price + n * second.price
  const en = [turn(`I would like ${a}, please.`, `Of course, ${a}. Anything else?`), turn(`Yes, ${b}.`, `That is ${a} and ${b}. Is that all?`), turn(`And ${added} more.`, `Then it is ${all} and ${b}.`), turn('What do I pay?', `${m + more} × ${first.price} + ${n} × ${second.price} = ${total}`)]
  const zh = [turn(`我要${a}。`, `好的，${a}。还要别的吗？`), turn(`还要${b}。`, `${a}和${b}。就这些吗？`), turn(`再加${added}。`, `那就是${all}和${b}。`), turn('一共多少钱？', `${m + more} × ${first.price} + ${n} × ${second.price} = ${total}`)]
  const turns = { en, zh }[locale]
  return random.chance(0.5) ? turns : turns.slice(1).map((one, i) => (i === 0 ? turn(locale === 'en' ? `I take ${a} and ${b}.` : `我要${a}和${b}。`, one.assistant) : one))
}

const meals = words('noodles=面条, soup=汤, rice=米饭, dumplings=饺子, bread=面包, fish=鱼')
const drinks = words('tea=茶, coffee=咖啡, milk=牛奶, water=水, juice=果汁')

/** A menu, a choice, another choice; the waiter repeats what stands at the end. */
const meal: Talk = (random, locale) => {
  const [[x, y], [d, e]] = [some(random, meals, 2), some(random, drinks, 2)].map((pair) => pair.map((word) => word[locale]))
  const said: Record<Locale, Turn[]> = {
    en: [turn('What can I eat here?', `Today there is ${x} or ${y}.`), turn(`I take the ${y}.`, `The ${y}, very well. And to drink? There is ${d} and ${e}.`), turn(`${d[0].toUpperCase()}${d.slice(1)}, please. No, wait: ${e}.`, `Then ${e} instead of ${d}.`), turn('Please repeat my order.', `You have ordered ${y} and ${e}.`)],
    zh: [turn('这里有什么吃的？', `今天有${x}和${y}。`), turn(`我要${y}。`, `好的，${y}。喝点什么？有${d}和${e}。`), turn(`${d}吧。等等，还是${e}。`, `好，把${d}换成${e}。`), turn('请重复一下我点的。', `您点了${y}和${e}。`)],
  }
  return said[locale]
}

/** One word, asked about in turn: each question says only "it". */
const word: Talk = (random, locale) => {
  const it = random.pick(vocabulary.filter(({ en }) => en.length > 3))
  const en = it.en.toLowerCase()
  const questions: Turn[] = locale === 'en'
    ? [turn('Spell it.', [...en].join('-')), turn('How many letters does it have?', `It has ${en.length} letters.`), turn('Now in capital letters.', en.toUpperCase()), turn('And in Chinese?', `${en} is ${it.zh} in Chinese.`), turn('What is its last letter?', `Its last letter is ${en[en.length - 1]}.`)]
    : [turn('它怎么拼写？', [...en].join('-')), turn('它有几个字母？', `它有 ${en.length} 个字母。`), turn('用大写写一遍。', en.toUpperCase()), turn('它是什么意思？', `${en} 的意思是${it.zh}。`), turn('它的最后一个字母是什么？', `最后一个字母是 ${en[en.length - 1]}。`)]
  const opening = locale === 'en' ? turn(`Let us talk about the word ${en}.`, `Good: ${en}. What would you like to know?`) : turn(`我们来谈谈单词 ${en}。`, `好的，${en}。你想知道什么？`)
  return [opening, ...some(random, questions, random.int(2, 4))]
}

/** A running total. */
const tally: Talk = (random, locale) => {
  let total = random.int(5, 20)
  const turns = [turn(locale === 'en' ? `Keep count for me. Start at ${total}.` : `帮我记数，从 ${total} 开始。`, locale === 'en' ? `I start at ${total}.` : `从 ${total} 开始。`)]
  for (let i = random.int(2, 4); i > 0; i--) {
    const [by, up] = [random.int(1, 9), random.chance(0.6) || total < 10]
    const before = total
    total += up ? by : -by
    turns.push(turn(locale === 'en' ? `${by} ${up ? 'more' : 'less'}.` : `${up ? '加' : '减'} ${by}。`, `${before} ${up ? '+' : '-'} ${by} = ${total}`))
  }
  return [...turns, turn(locale === 'en' ? 'Where are we now?' : '现在是多少？', locale === 'en' ? `We are at ${total}.` : `现在是 ${total}。`)]
}

/** The user corrects the assistant's guess, and it stays corrected. */
const correction: Talk = (random, locale) => {
  const [who, [guess, truth]] = [random.pick(people)[locale], some(random, cities, 2).map((city) => city[locale])]
  const said: Record<Locale, Turn[]> = {
    en: [turn(`My friend ${who} is on a journey. Guess where.`, `Is ${who} in ${guess}?`), turn(`No, in ${truth}.`, `I see, ${who} is in ${truth}, not in ${guess}.`), turn(`So where is ${who}?`, `${who} is in ${truth}.`)],
    zh: [turn(`我的朋友${who}去旅行了，猜猜在哪里。`, `${who}在${guess}吗？`), turn(`不，在${truth}。`, `明白了，${who}在${truth}，不在${guess}。`), turn(`那么${who}在哪里？`, `${who}在${truth}。`)],
  }
  return said[locale]
}

/** Opposites by turns; the short questions lean on the first. */
const contraries: Talk = (random, locale) => {
  const chosen = some(random, opposites, random.int(3, 5)).map((pair) => random.shuffle(pair))
  const [[x, y], ...rest] = chosen
  const first = locale === 'en' ? turn(`What is the opposite of ${x.en}?`, `The opposite of ${x.en} is ${y.en}.`) : turn(`“${x.zh}”的反义词是什么？`, `“${x.zh}”的反义词是“${y.zh}”。`)
  return [first, ...rest.map(([a, b]) => (locale === 'en' ? turn(`And of ${a.en}?`, `The opposite of ${a.en} is ${b.en}.`) : turn(`“${a.zh}”呢？`, `“${a.zh}”的反义词是“${b.zh}”。`)))]
}

export const talks: Talk[] = [aboutMe, shop, meal, word, tally, correction, contraries]

const systems: Phrases = { en: ['You are a friendly helper.', 'Answer in one short sentence.', 'Remember what the user tells you.'], zh: ['你是一个友好的助手。', '请用一句话回答。', '请记住用户告诉你的事情。'] }

export function demoTalks(seed: number, count: number): ShareGptRow[] {
  const random = createRandom(seed)
  return distinctRows(count, (i) => {
    const locale = locales[i % 2]
    const turns = talks[Math.floor(i / 2) % talks.length](random, locale)
    const conversations = turns.flatMap(({ user, assistant }) => [{ from: 'human', value: user } as const, { from: 'gpt', value: assistant } as const])
    return random.chance(0.2) ? { conversations, system: worded(random, locale, systems) } : { conversations }
  })
}
