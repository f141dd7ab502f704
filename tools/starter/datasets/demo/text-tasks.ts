/** Tasks about a short text: find something in it, put it into JSON or a list, say what it feels or is about, write a message from it. */
import type { Locale, Phrases } from '@/tools/starter/conversation'
import { cities, counted, deeds, deedSentence, goods, hour, people } from '@/tools/starter/datasets/demo/tables'
import { some, worded, type TaskMaker } from '@/tools/starter/datasets/demo/task'
import { weekdays } from '@/tools/starter/lexicon'

/** Who meets whom, where and when: a text to find things in. */
const find: TaskMaker = (random, locale) => {
  const [who, whom] = some(random, people, 2)
  const facts = { city: random.pick(cities)[locale], day: random.pick(weekdays)[locale], time: hour(random.int(8, 11))[locale], first: who[locale], second: whom[locale] }
  const texts: Phrases = {
    en: ['{first} will meet {second} in {city} on {day} at {time}.', 'On {day} at {time}, {first} and {second} have lunch in {city}.', '{first} takes the train to {city} on {day}; {second} waits there at {time}.'],
    zh: ['{first}将于{day}{time}在{city}和{second}见面。', '{day}{time}，{first}和{second}在{city}吃饭。', '{first}{day}坐火车去{city}，{second}{time}在那里等。'],
  }
  const sought = random.pick(['city', 'day', 'time'] as const)
  const asked: Record<typeof sought, Phrases> = {
    city: { en: ['Which city does the text name?', 'Where does it happen?'], zh: ['这段话提到了哪座城市？', '事情发生在哪里？'] },
    day: { en: ['On which day is it?', 'Which day does the text name?'], zh: ['是星期几？', '这段话说的是哪一天？'] },
    time: { en: ['At what time is it?', 'Find the time in this text.'], zh: ['几点？', '找出这段话里的时间。'] },
  }
  return { instruction: worded(random, locale, asked[sought]), input: worded(random, locale, texts, facts), output: facts[sought] }
}

const toJson: TaskMaker = (random, locale) => {
  const [n, good, city, who] = [random.int(2, 9), random.pick(goods), random.pick(cities)[locale], random.pick(people)[locale]]
  const texts: Phrases = { en: ['{who} ordered {things} and wants them sent to {city}.', 'Please send {things} to {who} in {city}.'], zh: ['{who}订了{things}，要寄到{city}。', '请把{things}寄给{city}的{who}。'] }
  const instruction = worded(random, locale, { en: ['Put this order into JSON with the keys "name", "item", "count" and "city".', 'Write the order as JSON: name, item, count, city.'], zh: ['把这个订单写成 JSON，键为 "name"、"item"、"count"、"city"。', '用 JSON 表示这个订单：name、item、count、city。'] })
  return { instruction, input: worded(random, locale, texts, { who, city, things: counted(n, good)[locale] }), output: JSON.stringify({ name: who, item: good.one[locale], count: n, city }) }
}

const reviews: Record<'good' | 'bad' | 'neither', Phrases> = {
  good: {
    en: ['I love my new {x}. It works every day.', 'The {x} is even better than I hoped.', 'A fine {x}, and it came a day early!', 'My friends all want the same {x} now.'],
    zh: ['我太喜欢这{m}{x}了，每天都用。', '这{m}{x}比我想的还要好。', '{x}很漂亮，还提前一天送到了！', '朋友们都想买一样的{x}。'],
  },
  bad: {
    en: ['The {x} broke after two days.', 'I waited three weeks, and then the wrong {x} came.', 'What a poor {x}. I sent it back.', 'I would not buy this {x} again.'],
    zh: ['这{m}{x}用了两天就坏了。', '等了三个星期，送来的{x}还是错的。', '{x}质量太差，我退货了。', '我不会再买这种{x}了。'],
  },
  neither: { en: ['I bought the {x} on Monday.', 'The {x} is made of three parts.', 'There are two colours of this {x}.'], zh: ['我星期一买了这{m}{x}。', '这{m}{x}由三部分组成。', '这种{x}有两种颜色。'] },
}
const feelings: Record<keyof typeof reviews, Record<Locale, string>> = { good: { en: 'positive', zh: '正面' }, bad: { en: 'negative', zh: '负面' }, neither: { en: 'neutral', zh: '中性' } }

const feeling: TaskMaker = (random, locale) => {
  const [kind, good] = [random.pick(['good', 'bad', 'neither'] as const), random.pick(goods)]
  const instruction = worded(random, locale, { en: ['Is this review positive, negative or neutral?', 'Classify the feeling: positive, negative or neutral.'], zh: ['这条评价是正面、负面还是中性？', '判断情感：正面、负面或中性。'] })
  return { instruction, input: worded(random, locale, reviews[kind], { x: good.one[locale], m: good.measure }), output: feelings[kind][locale] }
}

const shoppingList: TaskMaker = (random, locale) => {
  const items = some(random, goods, random.int(2, 4)).map((good) => counted(random.int(1, 6), good)[locale])
  const listed = locale === 'en' ? `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}` : `${items.slice(0, -1).join('、')}和${items[items.length - 1]}`
  const instruction = worded(random, locale, { en: ['Make a list of what is needed, one thing a line.', 'Write the things as a bulleted list.'], zh: ['把需要的东西列成清单，每行一项。', '把物品写成列表。'] })
  return { instruction, input: worded(random, locale, { en: ['For the party we need {x}.', 'Please buy {x}.', 'I have to bring {x} tomorrow.'], zh: ['聚会需要{x}。', '请买{x}。', '我明天要带{x}。'] }, { x: listed }), output: items.map((item) => `- ${item}`).join('\n') }
}

const message: TaskMaker = (random, locale) => {
  const values = { whom: random.pick(people)[locale], day: random.pick(weekdays)[locale], time: hour(random.int(1, 11))[locale], city: random.pick(cities)[locale] }
  const kind = random.pick(['moved', 'invited', 'thanks'] as const)
  const asked: Record<typeof kind, Phrases> = {
    moved: { en: ['Write to {whom}: the meeting moves to {day} at {time}.', 'Tell {whom} in a short message that we meet on {day} at {time} instead.'], zh: ['给{whom}写条消息：会议改到{day}{time}。', '告诉{whom}，改在{day}{time}见面。'] },
    invited: { en: ['Invite {whom} to {city} on {day}.', 'Write a short invitation for {whom}: {city}, {day}.'], zh: ['邀请{whom}{day}来{city}。', '给{whom}写一个简短的邀请：{city}，{day}。'] },
    thanks: { en: ['Thank {whom} for the visit to {city}.', 'Write two lines of thanks to {whom} for the days in {city}.'], zh: ['写两句话，感谢{whom}带我们去{city}。', '给{whom}写一段感谢的话，关于在{city}的日子。'] },
  }
  const answers: Record<typeof kind, Phrases> = {
    moved: { en: ['Dear {whom}, the meeting has been moved to {day} at {time}. I hope that suits you.'], zh: ['{whom}，你好！会议改到{day}{time}了，希望你方便。'] },
    invited: { en: ['Dear {whom}, would you like to come to {city} on {day}? I would be glad to see you.'], zh: ['{whom}，你好！{day}想来{city}玩吗？很期待见到你。'] },
    thanks: { en: ['Dear {whom}, thank you for the lovely days in {city}. I will not forget them.'], zh: ['{whom}，谢谢你带我们去{city}。那几天真开心，我不会忘记。'] },
  }
  return { instruction: worded(random, locale, asked[kind], values), input: '', output: worded(random, locale, answers[kind], values) }
}

/** A text of three deeds and a question about one of them, which it answers, denies, or leaves open. */
const reading: TaskMaker = (random, locale) => {
  const [a, b, c] = some(random, people, 3)
  const [first, second, third] = some(random, deeds, 3)
  const text = [deedSentence(a, first), deedSentence(b, second)].map((sentence) => sentence[locale]).join(locale === 'en' ? ' ' : '')
  const [who, deed, says] = random.pick([[a, first, 'yes'], [b, second, 'yes'], [c, third, 'open'], [a, third, 'open']] as const)
  const ask: Record<Locale, string> = { en: `Does ${who.en} ${deed.base} ${deed.rest}?`, zh: `${who.zh}${deed.zh}吗？` }
  const reply: Record<typeof says, Record<Locale, string>> = { yes: { en: `Yes, ${deedSentence(who, deed).en}`, zh: `是的，${deedSentence(who, deed).zh}` }, open: { en: 'The text does not say.', zh: '这段话没有说。' } }
  return { instruction: ask[locale], input: text, output: reply[says][locale] }
}

export const textTasks: TaskMaker[] = [find, toJson, feeling, shoppingList, message, reading]
