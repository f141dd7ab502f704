/** The tools that the demo sets call: names and parameters as programs spell them, described in the conversation's language. Nothing runs them: results are made up with the talk. */
import type { Locale } from '@/tools/starter/conversation'
import type { Word } from '@/tools/starter/lexicon'

interface Parameter {
  type: 'string' | 'integer' | 'number'
  about: Word
}

interface Tool {
  about: Word
  parameters: Record<string, Parameter>
}

const text = (en: string, zh: string): Parameter => ({ type: 'string', about: { en, zh } })
const integer = (en: string, zh: string): Parameter => ({ type: 'integer', about: { en, zh } })

export const tools = {
  get_weather: { about: { en: 'Get the weather of a city.', zh: '查询城市的天气。' }, parameters: { city: text('City', '城市') } },
  get_time: { about: { en: 'Get the local time of a city.', zh: '查询城市的当地时间。' }, parameters: { city: text('City', '城市') } },
  find_contact: { about: { en: 'Look somebody up in the address book.', zh: '在通讯录里查找一个人。' }, parameters: { name: text('Name', '姓名') } },
  track_order: { about: { en: 'Find out where an order is.', zh: '查询订单的位置。' }, parameters: { number: text('Order number', '订单号') } },
  get_price: { about: { en: 'Get the price of a thing.', zh: '查询商品的价格。' }, parameters: { item: text('Thing', '商品') } },
  multiply: { about: { en: 'Multiply two whole numbers.', zh: '计算两个整数的乘积。' }, parameters: { a: integer('First number', '第一个数'), b: integer('Second number', '第二个数') } },
  send_message: { about: { en: 'Send a text to a phone number.', zh: '向一个电话号码发短信。' }, parameters: { phone: text('Phone number', '电话号码'), text: text('What to say', '内容') } },
  find_train: { about: { en: 'Find the next train between two cities.', zh: '查询两座城市之间的下一班火车。' }, parameters: { from: text('From', '出发城市'), to: text('To', '到达城市') } },
  buy_ticket: { about: { en: 'Buy seats on a train.', zh: '购买火车票。' }, parameters: { train: text('Train number', '车次'), seats: integer('Seats', '张数') } },
  book_table: { about: { en: 'Book a table for tonight.', zh: '预订今晚的餐桌。' }, parameters: { people: integer('People', '人数'), hour: integer('Hour', '几点') } },
} satisfies Record<string, Tool>
export type ToolName = keyof typeof tools

export const toolNames = Object.keys(tools) as ToolName[]

export const parametersOf = (name: ToolName): [string, Parameter][] => Object.entries(tools[name].parameters)

/** Whether a tool is asked by one text alone. */
export const isLookup = (name: ToolName): boolean => parametersOf(name).length === 1

/** A tool as a model is told of it. `rename` may give its parameters other names. */
export function toolSchema(name: ToolName, locale: Locale, rename = (key: string): string => key): object {
  const properties = Object.fromEntries(parametersOf(name).map(([key, { type, about }]) => [rename(key), { type, description: about[locale] }]))
  return { name, description: tools[name].about[locale], parameters: { type: 'object', properties, required: Object.keys(properties) } }
}
