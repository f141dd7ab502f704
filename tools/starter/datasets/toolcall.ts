/** Conversations with tool calls in ShareGPT's format: a calculator, the weather and the time, in both languages. */
import { locales, type Locale } from '@/tools/starter/conversation'
import type { ShareGptRow } from '@/tools/starter/datasets/multiturn'
import { createRandom, type Random } from '@/tools/starter/random'

interface Tool {
  name: string
  description: string
  parameters: { type: 'object'; properties: Record<string, { type: string; description: string }>; required: string[] }
}

interface Call {
  tool: Tool
  question: string
  values: Record<string, string | number>
  observation: Record<string, string | number>
  answer: string
}

function tool(name: string, description: string, properties: Tool['parameters']['properties']): Tool {
  return { name, description, parameters: { type: 'object', properties, required: Object.keys(properties) } }
}

const tools: Record<'calculator' | 'weather' | 'clock', Record<Locale, Tool>> = {
  calculator: {
    en: tool('calculate', 'Multiply two whole numbers.', { a: { type: 'integer', description: 'First number' }, b: { type: 'integer', description: 'Second number' } }),
    zh: tool('calculate', '计算两个整数的乘积。', { a: { type: 'integer', description: '第一个数' }, b: { type: 'integer', description: '第二个数' } }),
  },
  weather: {
    en: tool('get_weather', 'Get the weather of a city.', { city: { type: 'string', description: 'Name of the city' } }),
    zh: tool('get_weather', '查询城市的天气。', { city: { type: 'string', description: '城市名称' } }),
  },
  clock: {
    en: tool('get_time', 'Get the local time of a city.', { city: { type: 'string', description: 'Name of the city' } }),
    zh: tool('get_time', '查询城市的当地时间。', { city: { type: 'string', description: '城市名称' } }),
  },
}

const cities: Record<Locale, string[]> = { en: ['Paris', 'Tokyo', 'Cairo', 'Rome', 'Oslo', 'Lima'], zh: ['北京', '上海', '广州', '成都', '西安', '杭州'] }
const skies: Record<Locale, string[]> = { en: ['sunny', 'cloudy', 'rainy'], zh: ['晴', '多云', '有雨'] }

const calls: Record<keyof typeof tools, (random: Random, locale: Locale) => Omit<Call, 'tool'>> = {
  calculator(random, locale) {
    const [a, b] = [random.int(11, 99), random.int(11, 99)]
    const question = locale === 'en' ? `Please work out ${a} times ${b}.` : `请计算 ${a} 乘以 ${b}。`
    return { question, values: { a, b }, observation: { result: a * b }, answer: `${a} × ${b} = ${a * b}` }
  },
  weather(random, locale) {
    const [city, sky, degrees] = [random.pick(cities[locale]), random.pick(skies[locale]), random.int(-5, 35)]
    return {
      question: locale === 'en' ? `What is the weather in ${city}?` : `${city}的天气怎么样？`,
      values: { city },
      observation: { sky, temperature: degrees },
      answer: locale === 'en' ? `It is ${sky} in ${city}, at ${degrees} degrees.` : `${city}现在${sky}，气温 ${degrees} 度。`,
    }
  },
  clock(random, locale) {
    const city = random.pick(cities[locale])
    const time = `${String(random.int(0, 23)).padStart(2, '0')}:${String(random.int(0, 59)).padStart(2, '0')}`
    return { question: locale === 'en' ? `What time is it in ${city}?` : `${city}现在几点了？`, values: { city }, observation: { time }, answer: locale === 'en' ? `It is ${time} in ${city}.` : `${city}现在是 ${time}。` }
  },
}

function drawCall(random: Random, locale: Locale): Call {
  const name = random.pick(Object.keys(tools) as (keyof typeof tools)[])
  return { tool: tools[name][locale], ...calls[name](random, locale) }
}

const thanks: Record<Locale, [string, string]> = { en: ['Thank you!', 'You are welcome!'], zh: ['谢谢！', '不客气！'] }

export function toolcallRows(seed: number, count: number): ShareGptRow[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, i) => {
    const locale = locales[i % 2]
    const { tool: used, question, values, observation, answer } = drawCall(random, locale)
    const offered = random.chance(0.4) ? Object.values(tools).map((tool) => tool[locale]) : [used]
    const [said, replied] = thanks[locale]
    return {
      conversations: [
        { from: 'human', value: question },
        { from: 'function_call', value: JSON.stringify({ name: used.name, arguments: values }) },
        { from: 'observation', value: JSON.stringify(observation) },
        { from: 'gpt', value: answer },
        ...(random.chance(0.3) ? [{ from: 'human', value: said } as const, { from: 'gpt', value: replied } as const] : []),
      ],
      tools: JSON.stringify(offered),
    }
  })
}
