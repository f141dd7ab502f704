/** The text the starter is trained on: a seeded, endless stream of short conversations, drawn from all skills. */
import { baseSelf, fill, locales, type Conversation, type Locale, type Skill, type Turn } from '@/tools/starter/conversation'
import { drawSetting } from '@/tools/starter/persona'
import { createRandom, type Random } from '@/tools/starter/random'
import { arithmeticSkills } from '@/tools/starter/skills/arithmetic'
import { identitySkills, inPassingSkill } from '@/tools/starter/skills/identity'
import { knowledgeSkills } from '@/tools/starter/skills/knowledge'
import { orderSkills } from '@/tools/starter/skills/order'
import { smalltalkSkills } from '@/tools/starter/skills/smalltalk'
import { wordSkills } from '@/tools/starter/skills/words'

export const skills: Skill[] = [...identitySkills, ...smalltalkSkills, ...arithmeticSkills, ...orderSkills, ...wordSkills, ...knowledgeSkills, inPassingSkill]

/** Shares by a skill's name, instead of its own. */
export type Weights = Readonly<Record<string, number>>

function drawSkill(random: Random, weights: Weights): Skill {
  const weightOf = ({ name, weight }: Skill): number => weights[name] ?? weight
  let left = random.next() * skills.reduce((sum, skill) => sum + weightOf(skill), 0)
  for (const skill of skills) if ((left -= weightOf(skill)) < 0) return skill
  return skills[skills.length - 1]
}

const openings: Record<Locale, readonly string[]> = { en: ['Hi, {x}', 'Hello! {x}', 'Hey, {x}', 'Please tell me: {x}'], zh: ['你好，{x}', '请问，{x}', '请问{x}', '嗨，{x}'] }

/** People write carelessly: lower case, no full stop, a greeting in front, the other script's question mark. */
function casual(random: Random, locale: Locale, { user, assistant }: Turn): Turn {
  let text = user
  if (random.chance(0.25)) text = text.replace(/[.?!。？！]+$/u, '')
  if (locale === 'zh') text = random.chance(0.1) ? text.replace('？', '?') : text
  else if (random.chance(0.15)) text = text.toLowerCase()
  if (random.chance(0.05)) text = fill(random.pick(openings[locale]), { x: text })
  return { user: text, assistant }
}

/** One conversation: mostly a single question, now and then a few that have nothing to do with each other. */
export function drawConversation(random: Random, weights: Weights): Conversation {
  const locale = random.pick(locales)
  const { system, self } = drawSetting(random, locale)
  const exchanges = random.pick([1, 1, 1, 1, 2, 3])
  // A new self is worth its prompt only where it is asked for.
  const skillAt = (i: number): Skill => (i === 0 && self !== baseSelf ? random.pick(identitySkills) : drawSkill(random, weights))
  const turns = Array.from({ length: exchanges }, (_, i) => skillAt(i).ask(random, locale, self)).flat()
  return { system, turns: turns.map((turn) => (turn.verbatim ? turn : casual(random, locale, turn))) }
}

export function* conversations(seed: number, weights: Weights = {}): Generator<Conversation> {
  const random = createRandom(seed)
  for (;;) yield drawConversation(random, weights)
}

/** The first `count` conversations of the stream. */
export function takeConversations(seed: number, count: number): Conversation[] {
  const stream = conversations(seed)
  return Array.from({ length: count }, () => stream.next().value as Conversation)
}
