/** Doing things to words and lists: repeat, spell, first letter, upper case, reverse. */
import { fill, verbatim, type Locale, type Phrases, type Skill, type Turn } from '@/tools/starter/conversation'
import { vocabulary } from '@/tools/starter/lexicon'
import type { Random } from '@/tools/starter/random'

const word = (random: Random, locale: Locale): string => random.pick(vocabulary)[locale]
const english = (random: Random): string => word(random, 'en').toLowerCase()

const repeatWordings: Phrases = {
  en: ['Repeat: {x}', 'Say {x}.', 'Repeat the word {x}.', 'Say the word {x}.', 'Repeat after me: {x}', 'Please say {x}.', 'Write the word {x}.', 'Just say {x}'],
  zh: ['重复：{x}', '请说：{x}', '跟我说：{x}', '请重复：{x}', '跟我念：{x}', '写下：{x}'],
}

function repeat(random: Random, locale: Locale): Turn[] {
  const parts = Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => (random.chance(0.1) ? String(random.int(0, 999)) : word(random, locale)))
  const x = parts.join(locale === 'en' || /\d/.test(parts.join('')) ? ' ' : '')
  return [verbatim(fill(random.pick(repeatWordings[locale]), { x }), x)]
}

interface WordTask {
  questions: Phrases
  answer(x: string, locale: Locale): string
}

const tasks: WordTask[] = [
  {
    questions: { en: ['Spell {x}.', 'Spell the word {x}.', 'How do you spell {x}?', 'Please spell {x}.'], zh: ['拼写 {x}。', '{x} 怎么拼写？', '请拼写单词 {x}。'] },
    answer: (x) => [...x].join('-'),
  },
  {
    questions: { en: ['What is the first letter of {x}?', 'First letter of {x}?', 'Which letter does {x} start with?'], zh: ['{x} 的第一个字母是什么？', '{x} 以哪个字母开头？'] },
    answer: (x, locale) => (locale === 'en' ? `The first letter of ${x} is ${x[0]}.` : `${x} 的第一个字母是 ${x[0]}。`),
  },
  {
    questions: { en: ['Write {x} in upper case.', 'Write {x} in capital letters.', 'Make {x} upper case.', 'Convert {x} to upper case.'], zh: ['把 {x} 变成大写。', '用大写写 {x}。', '{x} 的大写是什么？'] },
    answer: (x) => x.toUpperCase(),
  },
]

function wordTask(random: Random, locale: Locale): Turn[] {
  const task = random.pick(tasks)
  const x = english(random)
  return [verbatim(fill(random.pick(task.questions[locale]), { x }), task.answer(x, locale))]
}

const reverseWordings: Phrases = {
  en: ['Reverse this list: {list}', 'Reverse the list {list}.', 'Write this list backwards: {list}', 'Reverse: {list}'],
  zh: ['把这个列表倒过来：{list}', '反转列表：{list}', '倒序写出：{list}'],
}

function reverse(random: Random, locale: Locale): Turn[] {
  const kind = random.pick(['letters', 'numbers', 'words'] as const)
  const item = { letters: () => random.pick([...'abcdefghijklmnopqrstuvwxyz']), numbers: () => String(random.int(0, 20)), words: () => word(random, locale) }[kind]
  const items = Array.from({ length: random.int(2, 4) }, item)
  const separator = locale === 'en' || kind !== 'words' ? ', ' : '、'
  return [verbatim(fill(random.pick(reverseWordings[locale]), { list: items.join(separator) }), [...items].reverse().join(separator))]
}

export const wordSkills: Skill[] = [
  { name: 'repeat', weight: 4, ask: repeat },
  { name: 'word task', weight: 5, ask: wordTask },
  { name: 'reverse', weight: 2.5, ask: reverse },
]
