/** Instructions in alpaca's format: every task in turn, in both languages, and between them what the starter can do already, so that it stays able to. */
import { baseSelf, locales } from '@/tools/starter/conversation'
import { numberTasks } from '@/tools/starter/datasets/demo/number-tasks'
import { sentenceTasks } from '@/tools/starter/datasets/demo/sentence-tasks'
import { distinctRows, type Task, type TaskMaker } from '@/tools/starter/datasets/demo/task'
import { textTasks } from '@/tools/starter/datasets/demo/text-tasks'
import { neutralPrompts } from '@/tools/starter/persona'
import { createRandom } from '@/tools/starter/random'
import { arithmeticSkills } from '@/tools/starter/skills/arithmetic'
import { orderSkills } from '@/tools/starter/skills/order'

export interface InstructionRow extends Task {
  system?: string
  history?: [string, string][]
}

export const tasks: TaskMaker[] = [...textTasks, ...sentenceTasks, ...numberTasks]

/** A row in six repeats a skill of the starter's own, earlier turns and all. */
const KNOWN_EVERY = 6

export function demoInstructions(seed: number, count: number): InstructionRow[] {
  const random = createRandom(seed)
  const known = [...arithmeticSkills, ...orderSkills]
  let made = 0
  const row = (i: number): InstructionRow => {
    const locale = locales[i % 2]
    const system = random.chance(0.15) ? { system: random.pick(neutralPrompts.slice(0, 7)) } : {}
    if (i % KNOWN_EVERY !== KNOWN_EVERY - 1) return { ...tasks[Math.floor(made++ / 2) % tasks.length](random, locale), ...system }
    const turns = random.pick(known).ask(random, locale, baseSelf)
    const last = turns[turns.length - 1]
    const history = turns.slice(0, -1).map(({ user, assistant }): [string, string] => [user, assistant])
    return { instruction: last.user, input: '', output: last.assistant, ...system, ...(history.length > 0 ? { history } : {}) }
  }
  return distinctRows(count, row)
}
