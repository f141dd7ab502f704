/** Conversations of several turns in ShareGPT's format. */
import { baseSelf, locales } from '@/tools/starter/conversation'
import { createRandom } from '@/tools/starter/random'
import { skills } from '@/tools/starter/text'

export interface ShareGptMessage {
  from: 'human' | 'gpt' | 'function_call' | 'observation'
  value: string
}

export interface ShareGptRow {
  conversations: ShareGptMessage[]
  system?: string
  tools?: string
}

/** A weight of 0 is a skill for one phase of the starter's training. */
const general = skills.filter(({ weight }) => weight > 0)

export function multiTurnRows(seed: number, count: number): ShareGptRow[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, i) => {
    const locale = locales[i % 2]
    const turns = Array.from({ length: random.int(2, 4) }, () => random.pick(general).ask(random, locale, baseSelf)).flat()
    const conversations = turns.flatMap(({ user, assistant }): ShareGptMessage[] => [
      { from: 'human', value: user },
      { from: 'gpt', value: assistant },
    ])
    return random.chance(0.2) ? { conversations, system: locale === 'en' ? 'You are a helpful assistant.' : '你是一个乐于助人的助手。' } : { conversations }
  })
}
