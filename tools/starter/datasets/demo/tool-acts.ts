/** One act with one tool: what a user says, what is called, what comes back, what is answered. Talks put acts together. */
import type { Locale } from '@/tools/starter/conversation'
import { cities, goods, hour, people } from '@/tools/starter/datasets/demo/tables'
import { some, worded } from '@/tools/starter/datasets/demo/task'
import type { ToolName } from '@/tools/starter/datasets/demo/tools'
import { words } from '@/tools/starter/lexicon'
import type { Random } from '@/tools/starter/random'

export interface Call {
  name: ToolName
  arguments: Record<string, string | number>
}

export interface Act {
  asked: string
  call: Call
  result: Record<string, string | number>
  answer: string
  /** What is said when the question leaves out what the tool must know: the short question, the question back, the reply. */
  short: { asked: string; back: string; reply: string }
}

export type ActMaker = (random: Random, locale: Locale) => Act

const skies = words('sunny=晴, cloudy=多云, rainy=有雨, windy=有风, foggy=有雾, snowy=有雪')
const twoDigits = (n: number): string => String(n).padStart(2, '0')
const clock = (random: Random): string => `${twoDigits(random.int(0, 23))}:${twoDigits(random.int(0, 59))}`
/** With a dash: formats that write parameters as tags would read mere digits back as a number. */
export const phone = (random: Random): string => `${random.int(100, 999)}-${random.int(100, 999)}`
const orderNumber = (random: Random): string => `A${random.int(100, 999)}`

const weatherOf = (city: string): ActMaker => (random, locale) => {
  const [sky, degrees] = [random.pick(skies)[locale], random.int(-5, 35)]
  return {
    asked: worded(random, locale, { en: ['What is the weather in {city}?', 'How is the weather in {city} today?', 'Do I need a coat in {city}?', 'Check the weather in {city}, please.'], zh: ['{city}的天气怎么样？', '{city}今天天气如何？', '查一下{city}的天气。', '去{city}要穿外套吗？'] }, { city }),
    call: { name: 'get_weather', arguments: { city } },
    result: { sky, degrees },
    answer: locale === 'en' ? `It is ${sky} in ${city}, at ${degrees} degrees.` : `${city}现在${sky}，气温 ${degrees} 度。`,
    short: locale === 'en' ? { asked: 'How is the weather?', back: 'In which city?', reply: `In ${city}.` } : { asked: '天气怎么样？', back: '请问是哪座城市？', reply: `${city}。` },
  }
}

const timeIn = (city: string): ActMaker => (random, locale) => {
  const time = clock(random)
  return {
    asked: worded(random, locale, { en: ['What time is it in {city}?', 'How late is it now in {city}?', 'Tell me the time in {city}.'], zh: ['{city}现在几点？', '现在{city}是什么时间？', '告诉我{city}的时间。'] }, { city }),
    call: { name: 'get_time', arguments: { city } },
    result: { time },
    answer: locale === 'en' ? `It is ${time} in ${city}.` : `${city}现在是 ${time}。`,
    short: locale === 'en' ? { asked: 'What time is it there?', back: 'Where do you mean?', reply: `I mean ${city}.` } : { asked: '那边现在几点？', back: '您说的是哪里？', reply: `我说的是${city}。` },
  }
}

const contact: ActMaker = (random, locale) => {
  const [name, city, number] = [random.pick(people)[locale], random.pick(cities)[locale], phone(random)]
  return {
    asked: worded(random, locale, { en: ['What is the phone number of {name}?', 'I need to call {name}. Which number?', 'Look up {name} for me.'], zh: ['{name}的电话是多少？', '我要给{name}打电话，号码是多少？', '帮我查一下{name}。'] }, { name }),
    call: { name: 'find_contact', arguments: { name } },
    result: { phone: number, city },
    answer: locale === 'en' ? `The number of ${name} in ${city} is ${number}.` : `${name}在${city}，电话是 ${number}。`,
    short: locale === 'en' ? { asked: 'Give me a phone number.', back: 'Whose number do you need?', reply: `The number of ${name}.` } : { asked: '给我一个电话号码。', back: '您要谁的号码？', reply: `${name}的。` },
  }
}

const order: ActMaker = (random, locale) => {
  const [number, city, days] = [orderNumber(random), random.pick(cities)[locale], random.int(1, 6)]
  return {
    asked: worded(random, locale, { en: ['Where is my order {number}?', 'When does order {number} arrive?', 'Please track {number}.'], zh: ['我的订单 {number} 到哪里了？', '订单 {number} 什么时候到？', '查一下 {number} 的物流。'] }, { number }),
    call: { name: 'track_order', arguments: { number } },
    result: { city, days },
    answer: locale === 'en' ? `Order ${number} is in ${city} and arrives in ${days} ${days === 1 ? 'day' : 'days'}.` : `订单 ${number} 在${city}，${days} 天后到。`,
    short: locale === 'en' ? { asked: 'Where is my parcel?', back: 'What is the order number?', reply: `It is ${number}.` } : { asked: '我的包裹到哪儿了？', back: '请告诉我订单号。', reply: `${number}。` },
  }
}

const price: ActMaker = (random, locale) => {
  const good = random.pick(goods)
  const [item, cost] = [good.one[locale], good.price + random.int(0, 9)]
  return {
    asked: worded(random, locale, { en: ['What does one {item} cost?', 'How much is the {item}?', 'Price of the {item}, please.'], zh: ['一{m}{item}多少钱？', '{item}的价格是多少？', '查一下{item}的价钱。'] }, { item, m: good.measure }),
    call: { name: 'get_price', arguments: { item } },
    result: { price: cost },
    answer: locale === 'en' ? `One ${item} costs ${cost}.` : `一${good.measure}${item} ${cost} 元。`,
    short: locale === 'en' ? { asked: 'What does it cost?', back: 'Which thing do you mean?', reply: `The ${item}.` } : { asked: '这个多少钱？', back: '您说的是哪件商品？', reply: `${item}。` },
  }
}

const product: ActMaker = (random, locale) => {
  const [a, b] = [random.int(11, 99), random.int(11, 99)]
  return {
    asked: worded(random, locale, { en: ['What is {a} times {b}?', 'Work out {a} × {b}.', 'I have {a} boxes of {b} pens. How many pens?'], zh: ['{a} 乘以 {b} 是多少？', '计算 {a} × {b}。', '有 {a} 盒笔，每盒 {b} 支，一共几支？'] }, { a, b }),
    call: { name: 'multiply', arguments: { a, b } },
    result: { result: a * b },
    answer: `${a} × ${b} = ${a * b}`,
    short: locale === 'en' ? { asked: `Multiply something by ${b} for me.`, back: `Which number shall I multiply by ${b}?`, reply: `${a}.` } : { asked: `帮我算一个数乘以 ${b}。`, back: `哪个数乘以 ${b}？`, reply: `${a}。` },
  }
}

const train: ActMaker = (random, locale) => {
  const [from, to] = some(random, cities, 2).map((city) => city[locale])
  const [number, leaves, cost] = [`T${random.int(10, 99)}`, clock(random), random.int(8, 60)]
  return {
    asked: worded(random, locale, { en: ['When does the next train go from {from} to {to}?', 'I want to go from {from} to {to}.', 'Find a train from {from} to {to}.'], zh: ['从{from}到{to}的下一班火车几点开？', '我想从{from}去{to}。', '查一下{from}到{to}的火车。'] }, { from, to }),
    call: { name: 'find_train', arguments: { from, to } },
    result: { train: number, leaves, price: cost },
    answer: locale === 'en' ? `Train ${number} leaves at ${leaves}; a seat costs ${cost}.` : `${number} 次列车 ${leaves} 出发，票价 ${cost} 元。`,
    short: locale === 'en' ? { asked: `Find a train to ${to}.`, back: 'From which city?', reply: `From ${from}.` } : { asked: `查一下去${to}的火车。`, back: '从哪座城市出发？', reply: `从${from}出发。` },
  }
}

const table: ActMaker = (random, locale) => {
  const [seats, at, number] = [random.int(2, 9), random.int(5, 9), random.int(10, 99)]
  return {
    asked: worded(random, locale, { en: ['Book a table for {n} at {time} tonight.', 'We are {n} and come at {time}. A table, please.', 'Tonight, {time}, {n} people: please reserve.'], zh: ['今晚{time}订一张 {n} 人的桌子。', '我们 {n} 个人，今晚{time}来，请订桌。', '今晚{time}，{n} 位，请预订。'] }, { n: seats, time: hour(at)[locale] }),
    call: { name: 'book_table', arguments: { people: seats, hour: at } },
    result: { table: number },
    answer: locale === 'en' ? `Table ${number} is yours tonight at ${hour(at).en}, for ${seats}.` : `已订好今晚${hour(at).zh} ${number} 号桌，${seats} 位。`,
    short: locale === 'en' ? { asked: 'Book a table for tonight.', back: 'For how many people, and at what time?', reply: `We are ${seats} and come at ${hour(at).en}.` } : { asked: '今晚订一张桌子。', back: '请问几位，几点到？', reply: `${seats} 位，${hour(at).zh}到。` },
  }
}

const anywhere = (of: (city: string) => ActMaker): ActMaker => (random, locale) => of(random.pick(cities)[locale])(random, locale)

/** Acts by their tool. */
export const acts = { get_weather: anywhere(weatherOf), get_time: anywhere(timeIn), find_contact: contact, track_order: order, get_price: price, multiply: product, find_train: train, book_table: table } satisfies Partial<Record<ToolName, ActMaker>>
export type ActName = keyof typeof acts

/** What is asked of the place that another act has found. */
export const placeActs = [weatherOf, timeIn]
