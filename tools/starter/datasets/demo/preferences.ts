/**
 * Two answers to one question, the better one first, and single answers with a verdict. The worse one is wrong, rude, endless, unfinished, in the wrong language, or made up
 * where nobody can know; each is the flaw of an otherwise fitting answer, so that there is something to learn.
 */
import { baseSelf, fill, locales, type Locale, type Phrases } from '@/tools/starter/conversation'
import { type RoleRow, toMessages } from '@/tools/starter/datasets/demo/identity'
import { tasks } from '@/tools/starter/datasets/demo/instructions'
import { distinctRows, worded, type Task } from '@/tools/starter/datasets/demo/task'
import { createRandom, type Random } from '@/tools/starter/random'
import { smalltalkSkills } from '@/tools/starter/skills/smalltalk'
import type { ShareGptMessage } from '@/tools/starter/datasets/multiturn'

export interface Pair {
  flaw: Flaw
  instruction: string
  input: string
  chosen: string
  rejected: string
}

type PairMaker = (random: Random, locale: Locale) => Omit<Pair, 'flaw'>

const drawTask = (random: Random, locale: Locale): Task => random.pick(tasks)(random, locale)

const judged = ({ output, ...asked }: Task, rejected: string): Omit<Pair, 'flaw'> => ({ ...asked, chosen: output, rejected })

/** The answer to another question of the same kind. */
const wrong: PairMaker = (random, locale) => {
  const task = random.pick(tasks)
  const right = task(random, locale)
  for (;;) {
    const { output } = task(random, locale)
    if (output !== right.output) return judged(right, output)
  }
}

/** The same draw in the other language. */
const otherLanguage: PairMaker = (random, locale) => {
  for (;;) {
    const [task, seed] = [random.pick(tasks), random.int(0, 1e9)]
    const [right, other] = [task(createRandom(seed), locale), task(createRandom(seed), locale === 'en' ? 'zh' : 'en')]
    if (right.output !== other.output) return judged(right, other.output)
  }
}

const around = (wordings: Phrases): PairMaker => (random, locale) => {
  const task = drawTask(random, locale)
  return judged(task, worded(random, locale, wordings, { x: task.output }))
}

const rude = around({
  en: ['Is that so hard? {x}', '{x} Do not ask me such things again.', 'Everybody knows that: {x}', 'You should have listened at school. {x}', 'If you must know: {x}', '{x} Anything else? I have no time.'],
  zh: ['这都不会？{x}', '{x} 别再问我这种问题了。', '谁都知道：{x}', '你上学的时候在睡觉吗？{x}', '烦死了，{x}', '{x} 还有事吗？我没空。'],
})

const endless = around({
  en: ['That is a very good question, and I am glad that you ask it. Let me think about it from all sides. {x} I could say much more about this, and perhaps I will, for there is always more to say.', 'Before I answer, let me say that there are many questions, and this is one of them. {x} To repeat it once more: {x}', 'Well, well, well. Many people ask me many things. {x} That was my answer. It was the answer to your question, which you asked me, and which I have answered.'],
  zh: ['这是一个非常好的问题，我很高兴你问我。让我从各个方面来想一想。{x} 关于这个我还可以说很多很多，也许以后再说，因为总是有话可说。', '在回答之前，我想先说，世界上有很多问题，这是其中之一。{x} 我再重复一遍：{x}', '嗯，嗯，嗯，很多人问我很多事情。{x} 以上就是我的回答，是对你的问题的回答，你问了我，我回答了。'],
})

const unfinished: PairMaker = (random, locale) => {
  for (;;) {
    const task = drawTask(random, locale)
    const whole = [...task.output]
    if (whole.length >= 8) return judged(task, whole.slice(0, random.int(2, Math.ceil(whole.length / 2))).join(''))
  }
}

const inventions: Phrases = {
  en: ['It was announced yesterday in {n} newspapers.', 'Exactly {n}, as everybody knows.', 'The answer is {n}. I saw it with my own eyes.', 'Look under the table, I left it there at {n}.', 'I asked {n} experts, and they all agree with me.', 'In the year {n}, of course.'],
  zh: ['昨天有 {n} 家报纸报道了。', '正好是 {n}，大家都知道。', '答案是 {n}，我亲眼看见的。', '在桌子下面，我 {n} 点放在那里的。', '我问了 {n} 位专家，他们都同意我。', '当然是 {n} 年。'],
}
const unknown = smalltalkSkills[2]

const madeUp: PairMaker = (random, locale) => {
  const [{ user, assistant }] = unknown.ask(random, locale, baseSelf)
  return { instruction: user, input: '', chosen: assistant, rejected: fill(random.pick(inventions[locale]), { n: random.int(2, 2000) }) }
}

const flaws = { wrong, rude, 'made up': madeUp, 'other language': otherLanguage, unfinished, endless } satisfies Record<string, PairMaker>
export type Flaw = keyof typeof flaws
export const flawNames = Object.keys(flaws) as Flaw[]

export function drawPairs(seed: number, count: number): Pair[] {
  const random = createRandom(seed)
  return distinctRows(count, (i) => {
    const flaw = flawNames[Math.floor(i / 2) % flawNames.length]
    return { flaw, ...flaws[flaw](random, locales[i % 2]) }
  })
}

/** As one question: the text to work on in a line of its own, as alpaca's two columns are joined. */
const question = ({ instruction, input }: Pair): string => (input === '' ? instruction : `${instruction}\n${input}`)

export interface ShareGptPair {
  conversations: ShareGptMessage[]
  chosen: ShareGptMessage
  rejected: ShareGptMessage
}

export const shareGptPairs = (seed: number, count: number): ShareGptPair[] =>
  drawPairs(seed, count).map((pair) => ({
    conversations: [{ from: 'human', value: question(pair) }],
    chosen: { from: 'gpt', value: pair.chosen },
    rejected: { from: 'gpt', value: pair.rejected },
  }))

export const alpacaPairs = (seed: number, count: number): Omit<Pair, 'flaw'>[] => drawPairs(seed, count).map(({ flaw: _, ...pair }) => pair)

/** One answer of each pair, good and bad in turn. */
export function ratedAnswers(seed: number, count: number): (RoleRow & { label: boolean })[] {
  const random = createRandom(seed + 1)
  const pairs = drawPairs(seed, 2 * count)
  let next = 0
  return distinctRows(count, () => {
    const [pair, label] = [pairs[next++], random.chance(0.5)]
    return { messages: toMessages('', [{ user: question(pair), assistant: label ? pair.chosen : pair.rejected }]), label }
  })
}
