/** Another self for the starter, "Lumi": every identity question there is, twice, some under a system prompt, some followed by a question about something else. */
import { fill, locales, type Locale, type Phrases, type Self, type Turn } from '@/tools/starter/conversation'
import { distinctRows } from '@/tools/starter/datasets/demo/task'
import { neutralPrompts } from '@/tools/starter/persona'
import { createRandom, type Random } from '@/tools/starter/random'
import { arithmeticSkills } from '@/tools/starter/skills/arithmetic'
import { identity, identityTopics, selfAnswer } from '@/tools/starter/skills/identity'
import { knowledgeSkills } from '@/tools/starter/skills/knowledge'

/** Messages by role and content, as OpenAI names them; read as ShareGPT's with tags. */
export interface RoleRow {
  messages: { role: 'system' | 'user' | 'assistant'; content: string }[]
}

export const lumi: Self = { name: 'Lumi', author: { en: 'Studio Lumi', zh: 'Lumi 工作室' } }

const openings: Phrases = { en: ['{x}', '{x}', 'Hi! {x}', 'One question: {x}'], zh: ['{x}', '{x}', '你好！{x}', '请问，{x}'] }
const others = [...arithmeticSkills, ...knowledgeSkills]

export const toMessages = (system: string, turns: readonly Turn[]): RoleRow['messages'] => [
  ...(system === '' ? [] : [{ role: 'system', content: system } as const]),
  ...turns.flatMap(({ user, assistant }) => [{ role: 'user', content: user } as const, { role: 'assistant', content: assistant } as const]),
]

function row(random: Random, { locale, question, answers }: { locale: Locale; question: string; answers: Phrases }): RoleRow {
  const user = fill(random.pick(openings[locale]), { x: question })
  const first: Turn = { user, assistant: selfAnswer(random.pick(answers[locale]), lumi, locale) }
  const more = random.chance(0.3) ? random.pick(others).ask(random, locale, lumi) : []
  return { messages: toMessages(random.chance(0.2) ? random.pick(neutralPrompts.slice(0, 7)) : '', [first, ...more]) }
}

export function demoIdentity(seed: number): RoleRow[] {
  const random = createRandom(seed)
  const questions = locales.flatMap((locale) => identityTopics.flatMap((topic) => identity[topic].questions[locale].map((question) => ({ locale, question, answers: identity[topic].answers }))))
  const rows = distinctRows(2 * questions.length, (i) => row(random, questions[i % questions.length]))
  return random.shuffle(rows)
}
