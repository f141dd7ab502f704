/** What the starter is taught with: conversations in two languages, and the skills that write them. */
import type { Random } from '@/tools/starter/random'

export const locales = ['en', 'zh'] as const
export type Locale = (typeof locales)[number]

/** Who the assistant is in a conversation. The base has one self; a system prompt may give it another. */
export interface Self {
  name: string
  author: Record<Locale, string>
}

export const baseSelf: Self = { name: 'Tuneboard Starter', author: { en: 'the Tuneboard project', zh: 'Tuneboard 项目' } }

export interface Turn {
  user: string
  assistant: string
  /** The question must stay as it is: no change of case or punctuation, because the answer copies from it. */
  verbatim?: boolean
}

export interface Conversation {
  /** Empty = no system prompt. */
  system: string
  turns: Turn[]
}

/** A family of questions with their answers. */
export interface Skill {
  name: string
  /** Share of the mix, relative to the other skills. */
  weight: number
  ask(random: Random, locale: Locale, self: Self): Turn[]
}

/** Phrases per language, drawn evenly. */
export type Phrases = Record<Locale, readonly string[]>

/** Replace `{key}` by its value; an unknown key is a mistake in a table and throws. */
export function fill(phrase: string, values: Record<string, string | number>): string {
  return phrase.replace(/(?<!\{)\{(\w+)\}/g, (_, key: string) => {
    if (!(key in values)) throw new Error(`no value for {${key}} in "${phrase}"`)
    return String(values[key])
  })
}

export const turn = (user: string, assistant: string): Turn => ({ user, assistant })
export const verbatim = (user: string, assistant: string): Turn => ({ user, assistant, verbatim: true })
