/** What the starter knows of the world: opposites, colours, kinds of things, translations, capitals and a few plain facts. */
import { fill, turn, type Locale, type Phrases, type Skill, type Turn } from '@/tools/starter/conversation'
import { capitals, categories, categoryNames, colours, opposites, vocabulary, type Category, type Word } from '@/tools/starter/lexicon'
import type { Random } from '@/tools/starter/random'

const article = (noun: string): string => (/^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`)
const categoryKeys = Object.keys(categories) as Category[]

function opposite(random: Random, locale: Locale): Turn[] {
  const [x, y] = random.shuffle(random.pick(opposites))
  const phrases: Phrases = { en: ['What is the opposite of {x}?', 'Give me the opposite of {x}.', 'Opposite of {x}?', 'What is the antonym of {x}?'], zh: ['“{x}”的反义词是什么？', '{x}的反义词是什么？', '{x}的反义词', '和{x}相反的词是什么？'] }
  return [turn(fill(random.pick(phrases[locale]), { x: x[locale] }), locale === 'en' ? `The opposite of ${x.en} is ${y.en}.` : `“${x.zh}”的反义词是“${y.zh}”。`)]
}

function colour(random: Random, locale: Locale): Turn[] {
  const [thing, itsColour] = random.pick(colours)
  const phrases: Phrases = { en: ['What colour is {x}?', 'What color is {x}?', 'Tell me the colour of {x}.'], zh: ['{x}是什么颜色？', '{x}是什么颜色的？', '{x}的颜色是什么？'] }
  const x = thing[locale]
  return [turn(fill(random.pick(phrases[locale]), { x }), locale === 'en' ? `${x[0].toUpperCase()}${x.slice(1)} is ${itsColour.en}.` : `${x}是${itsColour.zh}的。`)]
}

const capital = (random: Random, locale: Locale): Turn[] => {
  const [country, city] = random.pick(capitals)
  const phrases: Phrases = { en: ['What is the capital of {x}?', 'Capital of {x}?', 'Tell me the capital of {x}.', 'Which city is the capital of {x}?'], zh: ['{x}的首都是哪里？', '{x}的首都是什么？', '{x}首都是哪个城市？'] }
  return [turn(fill(random.pick(phrases[locale]), { x: country[locale] }), locale === 'en' ? `The capital of ${country.en} is ${city.en}.` : `${country.zh}的首都是${city.zh}。`)]
}

/** Plural and article are left out on purpose where English would need a table of its own: colours and drinks are not counted. */
const countable = categoryKeys.filter((key) => !['colour', 'food', 'drink'].includes(key))

function kind(random: Random, locale: Locale): Turn[] {
  const key = random.pick(countable)
  const thing = random.pick(categories[key] as Word[])
  const askedKey = random.chance(0.5) ? key : random.pick(countable)
  if (locale === 'zh') {
    if (random.chance(0.4)) return [turn(`${thing.zh}是什么？`, `${thing.zh}是一种${categoryNames[key].zh}。`)]
    return [turn(`${thing.zh}是${categoryNames[askedKey].zh}吗？`, askedKey === key ? `是的，${thing.zh}是${categoryNames[key].zh}。` : `不是，${thing.zh}是${categoryNames[key].zh}。`)]
  }
  const it = article(thing.en)
  if (random.chance(0.4)) return [turn(random.pick([`What is ${it}?`, `What kind of thing is ${it}?`]), `${it[0].toUpperCase()}${it.slice(1)} is ${article(key)}.`)]
  return [turn(`Is ${it} ${article(askedKey)}?`, `${askedKey === key ? 'Yes' : 'No'}, ${it} is ${article(key)}.`)]
}

const counts = { en: ['one', 'two', 'three', 'four'], zh: ['一', '两', '三', '四'] }

function list(random: Random, locale: Locale): Turn[] {
  const key = random.pick(categoryKeys)
  const n = random.int(2, 4)
  const items = random.shuffle(categories[key] as Word[]).slice(0, n).map((item) => item[locale])
  if (locale === 'zh') return [turn(fill(random.pick(['列出{n}种{x}。', '说出{n}种{x}。', '请举{n}个{x}的例子。', '给我{n}种{x}。']), { n: counts.zh[n - 1], x: categoryNames[key].zh }), `${items.join('、')}。`)]
  const question = random.pick(['List {n} {x}.', 'Name {n} {x}.', 'Give me {n} {x}.', 'Tell me {n} {x}.', 'Can you name {n} {x}?'])
  return [turn(fill(question, { n: random.chance(0.3) ? n : counts.en[n - 1], x: categoryNames[key].plural }), `${items.join(', ')}.`)]
}

function translate(random: Random, locale: Locale): Turn[] {
  const { en, zh } = random.pick(vocabulary)
  const toChinese: Phrases = { en: ['How do you say {x} in Chinese?', 'Translate {x} into Chinese.', 'What is {x} in Chinese?', 'Translate to Chinese: {x}'], zh: ['{x} 的中文是什么？', '{x} 用中文怎么说？', '把 {x} 翻译成中文。', '翻译成中文：{x}'] }
  const toEnglish: Phrases = { en: ['How do you say {x} in English?', 'Translate {x} into English.', 'What is {x} in English?', 'What does {x} mean?'], zh: ['{x}用英语怎么说？', '{x}的英文是什么？', '把“{x}”翻译成英文。', '翻译成英文：{x}'] }
  const chinese = random.chance(0.5)
  return [turn(fill(random.pick((chinese ? toChinese : toEnglish)[locale]), { x: chinese ? en : zh }), chinese ? zh : en)]
}

const facts: Record<Locale, readonly (readonly [string, string])[]> = {
  en: [
    ['How many days are in a week?', 'There are 7 days in a week.'], ['How many months are in a year?', 'There are 12 months in a year.'], ['How many hours are in a day?', 'There are 24 hours in a day.'],
    ['How many minutes are in an hour?', 'There are 60 minutes in an hour.'], ['How many seconds are in a minute?', 'There are 60 seconds in a minute.'], ['How many legs does a dog have?', 'A dog has 4 legs.'],
    ['How many legs does a spider have?', 'A spider has 8 legs.'], ['How many wheels does a bicycle have?', 'A bicycle has 2 wheels.'], ['How many letters are in the alphabet?', 'There are 26 letters in the English alphabet.'],
    ['Where does the sun rise?', 'The sun rises in the east.'], ['Where does the sun set?', 'The sun sets in the west.'], ['What do bees make?', 'Bees make honey.'], ['What do cows give us?', 'Cows give us milk.'],
    ['Which planet do we live on?', 'We live on Earth.'], ['What are the four seasons?', 'Spring, summer, autumn and winter.'], ['What is ice?', 'Ice is frozen water.'], ['What do we use to write?', 'We use a pen to write.'],
    ['Name the days of the week.', 'Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday.'],
  ],
  zh: [
    ['一周有几天？', '一周有 7 天。'], ['一年有几个月？', '一年有 12 个月。'], ['一天有几个小时？', '一天有 24 个小时。'], ['一小时有多少分钟？', '一小时有 60 分钟。'], ['一分钟有多少秒？', '一分钟有 60 秒。'],
    ['狗有几条腿？', '狗有 4 条腿。'], ['蜘蛛有几条腿？', '蜘蛛有 8 条腿。'], ['自行车有几个轮子？', '自行车有 2 个轮子。'], ['英语有多少个字母？', '英语有 26 个字母。'], ['太阳从哪边升起？', '太阳从东边升起。'],
    ['太阳从哪边落下？', '太阳从西边落下。'], ['蜜蜂酿什么？', '蜜蜂酿蜂蜜。'], ['牛奶是从哪里来的？', '牛奶是奶牛产的。'], ['我们住在哪个星球上？', '我们住在地球上。'], ['一年有哪四个季节？', '春天、夏天、秋天和冬天。'],
    ['冰是什么？', '冰是冻住的水。'], ['我们用什么写字？', '我们用笔写字。'], ['一周的七天是什么？', '星期一、星期二、星期三、星期四、星期五、星期六、星期日。'],
  ],
}

const fact = (random: Random, locale: Locale): Turn[] => [turn(...random.pick(facts[locale]))]

export const knowledgeSkills: Skill[] = [
  { name: 'opposite', weight: 2.5, ask: opposite },
  { name: 'colour', weight: 1.5, ask: colour },
  { name: 'capital', weight: 1.5, ask: capital },
  { name: 'kind', weight: 2, ask: kind },
  { name: 'list', weight: 2, ask: list },
  { name: 'translate', weight: 6, ask: translate },
  { name: 'fact', weight: 1.5, ask: fact },
]
