/** What an instruction of the demo sets is: a question, perhaps with a text to work on, and the answer that follows from both. */
import { fill, type Locale, type Phrases } from '@/tools/starter/conversation'
import type { Random } from '@/tools/starter/random'

export interface Task {
  instruction: string
  /** Empty where the instruction says everything. */
  input: string
  output: string
}

export type TaskMaker = (random: Random, locale: Locale) => Task

/** One of the wordings, filled in. */
export const worded = (random: Random, locale: Locale, wordings: Phrases, values: Record<string, string | number> = {}): string => fill(random.pick(wordings[locale]), values)

/** `count` different items. */
export const some = <T>(random: Random, items: readonly T[], count: number): T[] => random.shuffle(items).slice(0, count)

/** `count` different rows: one that has come before is drawn again. */
export function distinctRows<T>(count: number, draw: (i: number) => T): T[] {
  const seen = new Set<string>()
  return Array.from({ length: count }, (_, i) => {
    for (;;) {
      const row = draw(i)
      const text = JSON.stringify(row)
      if (seen.has(text)) continue
      seen.add(text)
      return row
    }
  })
}
