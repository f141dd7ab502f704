/**
 * The identity dataset: who are you, what is your name, who made you, and answers with a name and an author. As shipped, the answers
 * hold LLaMA-Factory's placeholders `{{name}}` and `{{author}}`; with a self they hold its names.
 */
import { locales, type Phrases, type Self } from '@/tools/starter/conversation'
import { identity, identityTopics, selfAnswer, type IdentityTopic } from '@/tools/starter/skills/identity'

export interface AlpacaRow {
  instruction: string
  input: string
  output: string
}

/** Questions taken per topic and language: 46 each, 92 rows in all. */
const taken: Record<IdentityTopic, number> = { who: 12, name: 10, author: 10, greeting: 6, nature: 4, ability: 4 }

export const placeholderSelf: Self = { name: '{{name}}', author: { en: '{{author}}', zh: '{{author}}' } }
export const novaSelf: Self = { name: 'Nova', author: { en: 'Team Nova', zh: 'Nova 团队' } }

/** Worded for a model of any size, unlike the starter's own answers. */
const answers: Record<IdentityTopic, Phrases> = {
  who: {
    en: ['I am {name}, an AI assistant developed by {author}.', 'I am {name}, an assistant made by {author}. How can I help you?'],
    zh: ['我是{name}，由{author}开发的人工智能助手。', '您好，我是{name}，一个由{author}开发的助手。'],
  },
  name: { en: ['My name is {name}.', 'You can call me {name}.'], zh: ['我叫{name}。', '您可以叫我{name}。'] },
  author: { en: ['I was made by {author}.', 'I was created and developed by {author}.'], zh: ['我是由{author}开发的。', '我是由{author}创造的。'] },
  greeting: {
    en: ['Hello! I am {name}, an AI assistant developed by {author}. How can I help you?'],
    zh: ['您好！我是{name}，由{author}开发的人工智能助手。有什么可以帮您的吗？'],
  },
  nature: { en: ['I am {name}, an AI assistant developed by {author}, not a person.'], zh: ['我是{name}，由{author}开发的人工智能助手，不是人。'] },
  ability: { en: ['I am {name}. I can chat and answer simple questions.'], zh: ['我是{name}。我会聊天，也能回答简单的问题。'] },
}

export function identityRows(self: Self): AlpacaRow[] {
  return locales.flatMap((locale) =>
    identityTopics.flatMap((topic) => {
      const own = answers[topic][locale]
      const questions = identity[topic].questions[locale].slice(0, taken[topic])
      return questions.map((instruction, i) => ({ instruction, input: '', output: selfAnswer(own[i % own.length], self, locale) }))
    }),
  )
}
