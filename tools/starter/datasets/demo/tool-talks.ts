/**
 * Conversations with tools, before they are put into a format: one call, several at once, a call that needs the result of the one before, a parameter that has to be
 * asked for, a question that needs no tool, and a result that is an error.
 */
import { baseSelf, locales, type Locale } from '@/tools/starter/conversation'
import { acts, phone, placeActs, type Act, type ActName, type Call } from '@/tools/starter/datasets/demo/tool-acts'
import { cities, counted, goods, hour, people } from '@/tools/starter/datasets/demo/tables'
import { distinctRows, some, worded } from '@/tools/starter/datasets/demo/task'
import { isLookup, toolNames, type ToolName } from '@/tools/starter/datasets/demo/tools'
import { createRandom, type Random } from '@/tools/starter/random'
import { smalltalkSkills } from '@/tools/starter/skills/smalltalk'

export type Step = { user: string } | { assistant: string } | { calls: Call[]; results: Record<string, string | number>[] }

export interface ToolTalk {
  kind: TalkKind
  locale: Locale
  /** The tools on offer; those that are called are among them. */
  tools: ToolName[]
  steps: Step[]
}

type StepMaker = (random: Random, locale: Locale, draw: (random: Random) => Act) => Step[]

const calling = ({ call, result }: Act): Step => ({ calls: [call], results: [result] })

const single: StepMaker = (random, _, draw) => {
  const act = draw(random)
  return [{ user: act.asked }, calling(act), { assistant: act.answer }]
}

/** Two or three acts that do not need each other, asked for in one breath. */
const parallel: StepMaker = (random, locale, draw) => {
  const drawn = Array.from({ length: random.pick([2, 2, 3]) }, () => draw(random))
  const [glue, space] = locale === 'en' ? [random.pick([' ', ' Also: ', ' And then: ']), ' '] : [random.pick(['', '另外，', '还有，']), '']
  return [{ user: drawn.map(({ asked }) => asked).join(glue) }, { calls: drawn.map(({ call }) => call), results: drawn.map(({ result }) => result) }, { assistant: drawn.map(({ answer }) => answer).join(space) }]
}

const missing: StepMaker = (random, _, draw) => {
  const act = draw(random)
  return [{ user: act.short.asked }, { assistant: act.short.back }, { user: act.short.reply }, calling(act), { assistant: act.answer }]
}

const none: StepMaker = (random, locale) => random.pick(smalltalkSkills.slice(0, 2)).ask(random, locale, baseSelf).flatMap(({ user, assistant }) => [{ user }, { assistant }])

const notFound: StepMaker = (random, locale, draw) => {
  const act = draw(random)
  const sorry = worded(random, locale, { en: ['I am sorry, nothing was found.', 'That could not be found. Is it spelled correctly?'], zh: ['抱歉，没有查到。', '没有找到，请确认一下是否写对了。'] })
  return [{ user: act.asked }, { calls: [act.call], results: [{ error: 'not found' }] }, { assistant: sorry }]
}

/** Somebody's city, or an order's, and then the weather or the time there. */
const placeThenThere: StepMaker = (random, locale) => {
  const [city, who, number] = [random.pick(cities)[locale], random.pick(people)[locale], `A${random.int(100, 999)}`]
  const there = random.pick(placeActs)(city)(random, locale)
  const weather = there.call.name === 'get_weather'
  const byName = random.chance(0.6)
  const x = byName ? who : number
  const asked = worded(random, locale, byName
    ? { en: weather ? ['How is the weather where {x} lives?', 'Does {x} have good weather at home?'] : ['What time is it where {x} lives?', 'Is it late for {x} now?'], zh: weather ? ['{x}住的地方天气怎么样？', '{x}那边天气好吗？'] : ['{x}住的地方现在几点？', '{x}那边现在晚了吗？'] }
    : { en: weather ? ['How is the weather where my order {x} is?'] : ['What time is it where my order {x} is?'], zh: weather ? ['我的订单 {x} 所在的城市天气怎么样？'] : ['我的订单 {x} 所在的城市现在几点？'] }, { x })
  const first: Step = byName ? { calls: [{ name: 'find_contact', arguments: { name: who } }], results: [{ phone: phone(random), city }] } : { calls: [{ name: 'track_order', arguments: { number } }], results: [{ city, days: random.int(1, 6) }] }
  return [{ user: asked }, first, calling(there), { assistant: there.answer }]
}

const findThenSend: StepMaker = (random, locale) => {
  const [name, number, at] = [random.pick(people)[locale], phone(random), hour(random.int(5, 11))[locale]]
  const text = worded(random, locale, { en: ['I will come at {at}.', 'We meet at {at}.', 'Dinner is at {at}.'], zh: ['我{at}到。', '我们{at}见。', '{at}吃晚饭。'] }, { at })
  return [
    { user: worded(random, locale, { en: ['Write to {name}: {text}', 'Send {name} this message: {text}'], zh: ['给{name}发短信：{text}', '告诉{name}：{text}'] }, { name, text }) },
    { calls: [{ name: 'find_contact', arguments: { name } }], results: [{ phone: number, city: random.pick(cities)[locale] }] },
    { calls: [{ name: 'send_message', arguments: { phone: number, text } }], results: [{ sent: 'yes' }] },
    { assistant: locale === 'en' ? `I have sent it to ${name} at ${number}.` : `已发给${name}，号码 ${number}。` },
  ]
}

const findThenBuy: StepMaker = (random, locale) => {
  const [from, to] = some(random, cities, 2).map((city) => city[locale])
  const [train, seats, leaves, price, ticket] = [`T${random.int(10, 99)}`, random.int(1, 6), `${random.int(10, 23)}:${random.int(10, 59)}`, random.int(8, 60), `B${random.int(100, 999)}`]
  return [
    { user: worded(random, locale, { en: ['Buy {n} for the next train from {from} to {to}.', '{n} from {from} to {to}, please.'], zh: ['买{n}，从{from}到{to}的下一班火车。', '请订{n}，{from}到{to}。'] }, { n: locale === 'en' ? `${seats} ${seats === 1 ? 'seat' : 'seats'}` : ` ${seats} 张票`, from, to }) },
    { calls: [{ name: 'find_train', arguments: { from, to } }], results: [{ train, leaves, price }] },
    { calls: [{ name: 'buy_ticket', arguments: { train, seats } }], results: [{ ticket, total: seats * price }] },
    { assistant: locale === 'en' ? `Train ${train} leaves at ${leaves}. Ticket ${ticket} costs ${seats * price}.` : `${train} 次列车 ${leaves} 出发，票号 ${ticket}，共 ${seats * price} 元。` },
  ]
}

const priceThenSum: StepMaker = (random, locale) => {
  const [good, n] = [random.pick(goods), random.int(2, 9)]
  const cost = good.price + random.int(10, 19)
  return [
    { user: worded(random, locale, { en: ['What do {x} cost together?', 'I need {x}. How much is that?'], zh: ['{x}一共多少钱？', '我要{x}，总共多少？'] }, { x: counted(n, good)[locale] }) },
    { calls: [{ name: 'get_price', arguments: { item: good.one[locale] } }], results: [{ price: cost }] },
    { calls: [{ name: 'multiply', arguments: { a: n, b: cost } }], results: [{ result: n * cost }] },
    { assistant: `${n} × ${cost} = ${n * cost}` },
  ]
}

const kinds = { single: [single], parallel: [parallel], dependent: [placeThenThere, findThenSend, findThenBuy, priceThenSum], missing: [missing], none: [none], error: [notFound] } satisfies Record<string, StepMaker[]>
export type TalkKind = keyof typeof kinds
/** A round of kinds: calls that take thought come as often as plain ones. */
const round: TalkKind[] = ['single', 'dependent', 'parallel', 'missing', 'single', 'dependent', 'parallel', 'missing', 'none', 'error']

const calledIn = (steps: Step[]): ToolName[] => [...new Set(steps.flatMap((step) => ('calls' in step ? step.calls.map(({ name }) => name) : [])))]

/** `only` the tools of a set. */
export function toolTalks(seed: number, count: number, only: (name: ToolName) => boolean = () => true): ToolTalk[] {
  const random = createRandom(seed)
  const names = (Object.keys(acts) as ActName[]).filter(only)
  const talk = (i: number): ToolTalk => {
    const [locale, kind] = [locales[i % 2], round[Math.floor(i / 2) % round.length]]
    for (;;) {
      const steps = random.pick(kinds[kind])(random, locale, (drawing) => acts[drawing.pick(names)](drawing, locale))
      const called = calledIn(steps)
      if (!called.every(only)) continue
      const others = some(random, toolNames.filter((name) => only(name) && !called.includes(name)), random.int(called.length === 0 ? 2 : 0, 2))
      return { kind, locale, tools: random.shuffle([...called, ...others]), steps }
    }
  }
  return distinctRows(count, talk)
}

export const lookups = (seed: number, count: number): ToolTalk[] => toolTalks(seed, count, isLookup)
