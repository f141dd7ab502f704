/** A small instruction set in alpaca's format, with its optional columns: input, system prompt and history. */
import { baseSelf, locales } from '@/tools/starter/conversation'
import { neutralPrompts } from '@/tools/starter/persona'
import { createRandom } from '@/tools/starter/random'
import { arithmeticSkills } from '@/tools/starter/skills/arithmetic'
import { knowledgeSkills } from '@/tools/starter/skills/knowledge'
import { orderSkills } from '@/tools/starter/skills/order'
import { wordSkills } from '@/tools/starter/skills/words'
import type { AlpacaRow } from '@/tools/starter/datasets/identity'

export interface FullAlpacaRow extends AlpacaRow {
  system?: string
  history?: [string, string][]
}

/** "Reverse this list: a, b" becomes the instruction "Reverse this list" with the input "a, b". */
function withInput(question: string): Pick<AlpacaRow, 'instruction' | 'input'> {
  const [, instruction, input] = /^(.+?)(?:: |：)(.+)$/u.exec(question) ?? [null, question, '']
  return { instruction, input }
}

export function instructionRows(seed: number, count: number): FullAlpacaRow[] {
  const random = createRandom(seed)
  const skills = [...arithmeticSkills, ...knowledgeSkills, ...orderSkills, ...wordSkills]
  return Array.from({ length: count }, (_, i) => {
    const skill = skills[i % skills.length]
    const turns = skill.ask(random, locales[Math.floor(i / skills.length) % 2], baseSelf)
    const last = turns[turns.length - 1]
    const history = turns.slice(0, -1).map(({ user, assistant }): [string, string] => [user, assistant])
    const system = random.chance(0.1) ? { system: random.pick(neutralPrompts.slice(0, 4)) } : {}
    return { ...withInput(last.user), output: last.assistant, ...system, ...(history.length > 0 ? { history } : {}) }
  })
}
