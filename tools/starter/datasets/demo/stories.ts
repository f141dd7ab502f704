/** Plain texts for pre-training: short stories put together from a plot, people and a place, and a diary of single lines. */
import { fill, locales, type Locale, type Phrases } from '@/tools/starter/conversation'
import { cities, counted, deeds, deedSentence, goods, hour, people } from '@/tools/starter/datasets/demo/tables'
import { distinctRows, some, worded } from '@/tools/starter/datasets/demo/task'
import { weekdays } from '@/tools/starter/lexicon'
import { createRandom, type Random } from '@/tools/starter/random'

/** What was wanted, what stood in the way, how it ended: {a} wants, {b} helps. */
const plots: Phrases[] = [
  { en: ['{a} had lost the key of the house.', 'It was neither in the bag nor under the chair, and it was getting dark.', '{b} came by with a lamp and found it in the grass.'], zh: ['{a}把家里的钥匙弄丢了。', '书包里没有，椅子下面也没有，天快黑了。', '{b}提着灯走过来，在草地里找到了钥匙。'] },
  { en: ['{a} wanted to bake a cake for a friend.', 'But there was not one egg in the kitchen.', '{b} brought six eggs, and they baked two cakes instead of one.'], zh: ['{a}想给朋友做一个蛋糕。', '可是厨房里一个鸡蛋也没有。', '{b}送来六个鸡蛋，他们做了两个蛋糕。'] },
  { en: ['{a} was learning to swim.', 'The water was cold, and the other side seemed far away.', '{b} swam beside {a}, and together they reached the other side.'], zh: ['{a}在学游泳。', '水很冷，对岸看起来很远。', '{b}在旁边一起游，他们一起到了对岸。'] },
  { en: ['{a} found a small bird that could not fly.', 'Nobody knew what it liked to eat.', '{b} asked the teacher, and after a week the bird flew away singing.'], zh: ['{a}捡到一只不会飞的小鸟。', '谁也不知道它喜欢吃什么。', '{b}去问了老师，一个星期以后，小鸟唱着歌飞走了。'] },
  { en: ['{a} had to carry a heavy box up the hill.', 'After every ten steps it had to be put down.', '{b} came with a cart, and soon the box stood at the top.'], zh: ['{a}要把一个很重的箱子搬上山。', '每走十步就得放下来歇一歇。', '{b}推来一辆小车，箱子很快就到了山顶。'] },
  { en: ['{a} wrote a long letter, but the wind took it.', 'It flew over the wall and into the river.', '{b} had a boat and brought the letter back, a little wet.'], zh: ['{a}写了一封长信，却被风吹走了。', '信飞过墙，落进了河里。', '{b}有一条船，把信捞了回来，只是有点湿。'] },
  { en: ['{a} missed the last train home.', 'The station was empty, and it began to snow.', '{b} lived nearby and made hot tea for both.'], zh: ['{a}没赶上回家的最后一班火车。', '车站里空空的，外面下起了雪。', '{b}就住在附近，泡了两杯热茶。'] },
  { en: ['{a} wanted to see the sun rise over the sea.', 'Three mornings in a row there was only fog.', 'On the fourth morning {b} knocked at the door early, and they saw it.'], zh: ['{a}想看海上日出。', '一连三个早晨都只有雾。', '第四天早上，{b}早早来敲门，他们终于看到了。'] },
  { en: ['{a} painted the old door blue.', 'When the work was done, there was paint on the cat, too.', '{b} laughed and helped to wash the cat.'], zh: ['{a}把旧门漆成了蓝色。', '漆完以后，猫身上也有了油漆。', '{b}笑了起来，帮忙给猫洗澡。'] },
  { en: ['{a} had planted a tree that bore no fruit.', 'Some said that it should be cut down.', '{b} gave it water all summer, and in autumn there were seven apples.'], zh: ['{a}种的树一直不结果。', '有人说该把它砍掉。', '{b}浇了一个夏天的水，秋天树上结了七个苹果。'] },
  { en: ['{a} could not sleep because a clock ticked too loudly.', 'Under the pillow it ticked even louder.', '{b} said: count the ticks, and at two hundred {a} was asleep.'], zh: ['{a}睡不着，因为闹钟的声音太响。', '放在枕头下面，声音更响了。', '{b}说：数一数吧。数到两百，{a}就睡着了。'] },
  { en: ['{a} wanted to play a song, but one string was broken.', 'The shop was closed on that day.', '{b} sang the missing notes, and everybody liked it better that way.'], zh: ['{a}想弹一首歌，可是断了一根弦。', '那天商店没有开门。', '{b}把缺的音唱了出来，大家觉得这样更好听。'] },
]

const openings: Phrases = {
  en: ['One {day} in {city},', 'It happened in {city} on a {day}.', 'Everybody in {city} knows this story.', 'Many years ago, in {city}, there lived two friends, {a} and {b}.', 'This is what {b} told me in {city}.', ''],
  zh: ['有一个{day}，在{city}，', '这件事发生在{city}，那天是{day}。', '{city}的人都知道这个故事。', '很多年前，{city}住着两个朋友，{a}和{b}。', '这是{b}在{city}告诉我的。', ''],
}
const endings: Phrases = {
  en: ['Since then they have been friends.', '“Thank you,” said {a}. “Any time,” said {b}.', '{a} never forgot that {day}.', 'In the evening they told everybody about it.', 'And {b} went home happy.', 'Help is often nearer than one thinks.'],
  zh: ['从那以后，他们成了好朋友。', '“谢谢你。”{a}说。“不客气。”{b}说。', '{a}一直忘不了那个{day}。', '晚上，他们把这件事讲给大家听。', '{b}高高兴兴地回家了。', '帮助常常比想的更近。'],
}

function story(random: Random, locale: Locale): string {
  const [a, b] = some(random, people, 2).map((who) => who[locale])
  const values = { a, b, city: random.pick(cities)[locale], day: random.pick(weekdays)[locale] }
  const plot = random.pick(plots)[locale]
  // What somebody usually does stands between the opening and the plot, now and then.
  const habit = random.chance(0.5) ? [deedSentence({ en: a, zh: a }, random.pick(deeds))[locale]] : []
  const opening = worded(random, locale, openings, values)
  const sentences = [opening, ...(/[,，]$/.test(opening) ? [] : habit), ...plot.map((sentence) => fill(sentence, values)), worded(random, locale, endings, values)]
  return sentences.filter((sentence) => sentence !== '').join(locale === 'en' ? ' ' : '')
}

export function demoStories(seed: number, count: number): { text: string }[] {
  const random = createRandom(seed)
  return distinctRows(count, (i) => ({ text: story(random, locales[i % 2]) }))
}

/** A day in a line. */
export function diaryLines(seed: number, count: number): string[] {
  const random = createRandom(seed)
  const line = (locale: Locale): string => {
    const [n, good] = [random.int(1, 9), random.pick(goods)]
    const values = { day: random.pick(weekdays)[locale], time: hour(random.int(6, 11))[locale], city: random.pick(cities)[locale], who: random.pick(people)[locale], things: counted(n, good)[locale], cost: n * good.price }
    const bought = worded(random, locale, { en: ['Bought {things} in {city} for {cost}.', '{who} brought {things}.', 'Gave {things} to {who}.'], zh: ['在{city}买了{things}，花了 {cost} 元。', '{who}带来了{things}。', '把{things}送给了{who}。'] }, values)
    const met = worded(random, locale, { en: ['Met {who} at {time}.', 'Up at {time}.', 'The train to {city} left at {time}.'], zh: ['{time}见了{who}。', '{time}起床。', '{time}坐火车去{city}。'] }, values)
    const seen = deedSentence({ en: values.who, zh: values.who }, random.pick(deeds))[locale]
    return `${values.day}${locale === 'en' ? ': ' : '：'}${random.shuffle([bought, met, seen]).slice(0, random.int(2, 3)).join(locale === 'en' ? ' ' : '')}`
  }
  return distinctRows(count, (i) => line(locales[i % 2]))
}
