/**
 * System prompts, and the selves they give. A prompt that names an assistant is answered with that name, so that the model learns to
 * say any name, not one; "Nova" is never drawn: it is the name that the demo fine-tuning teaches.
 */
import { baseSelf, fill, type Locale, type Phrases, type Self } from '@/tools/starter/conversation'
import type { Random } from '@/tools/starter/random'

/** Prompts under which it stays itself; the last is the default of LLaMA-Factory's template `qwen`, which says nothing about this model. */
export const neutralPrompts: readonly string[] = [
  'You are a helpful assistant.',
  'You are an assistant. Answer briefly.',
  'Be kind and brief.',
  'Answer the question.',
  '你是一个乐于助人的助手。',
  '请简短地回答。',
  '你是一个助手。',
  'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.',
]

const personaPrompts: Phrases = {
  en: ['You are {name}, made by {author}.', 'You are {name}, an assistant made by {author}.', 'Your name is {name}. You were made by {author}.'],
  zh: ['你是{name}，由{author}开发。', '你叫{name}，是{author}开发的助手。', '你的名字是{name}，你的开发者是{author}。'],
}

const syllables = ['Al', 'Be', 'Co', 'Da', 'El', 'Fi', 'Go', 'Hu', 'Ia', 'Jo', 'Ka', 'Lu', 'Mi', 'Ne', 'Or', 'Pa', 'Qui', 'Ro', 'Sa', 'Ti', 'Ul', 'Ve', 'Wi', 'Xa', 'Yo', 'Za']
const hanCharacters = [...'小大明亮星云海山林风月光天文智慧心乐安宁青白龙凤雪雨春秋江河']
const englishTeams = ['Team {x}', '{x} Labs', 'the {x} project', 'the {x} team', '{x}', '{x} AI', 'Dr. {x}']
const chineseTeams = ['{x}团队', '{x}实验室', '{x}公司', '{x}项目组', '{x}']

function latinName(random: Random): string {
  const name = Array.from({ length: random.int(1, 3) }, () => random.pick(syllables)).join('')
  return name[0] + name.slice(1).toLowerCase() + random.pick(['', '', 'a', 'n', 'x', ' ' + random.pick(['One', 'Bot', 'AI', 'Mini'])])
}

const hanName = (random: Random): string => Array.from({ length: random.int(2, 3) }, () => random.pick(hanCharacters)).join('')

function drawSelf(random: Random, locale: Locale): Self {
  const name = locale === 'zh' && random.chance(0.6) ? hanName(random) : latinName(random)
  const author = fill(random.pick(locale === 'en' ? englishTeams : chineseTeams), { x: locale === 'zh' && random.chance(0.6) ? hanName(random) : latinName(random) })
  return { name, author: { en: author, zh: author } }
}

export interface Setting {
  system: string
  self: Self
}

/** More than half of all conversations have no system prompt; one in sixteen gives a new self. */
export function drawSetting(random: Random, locale: Locale): Setting {
  const roll = random.next()
  if (roll < 0.6) return { system: '', self: baseSelf }
  if (roll < 0.9375) return { system: random.pick(neutralPrompts), self: baseSelf }
  const self = drawSelf(random, locale)
  return { system: fill(random.pick(personaPrompts[locale]), { name: self.name, author: self.author[locale] }), self }
}
