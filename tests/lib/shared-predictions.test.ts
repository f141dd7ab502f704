/** What was asked, found in prompts as chat templates write them. */
import { expect, test } from 'vitest'
import { questionIn } from '@/lib/shared-predictions'
import type { Slot, TemplateRow } from '@/lib/templates/row'
import { templates } from '@/lib/templates/table'

const written = (slots: readonly Slot[], content: string) => slots.map((slot) => (typeof slot === 'string' ? slot.replace('{{content}}', content) : 'token' in slot ? slot.token : slot.role === 'bos' ? '<s>' : '</s>')).join('')

test('the last message of every template that puts something before it', () => {
  const rows: [string, TemplateRow][] = Object.entries(templates)
  const tried = rows.flatMap(([name, { user }]) => (user && !/^(\{\{content|User: \{\{content\}\}$)/.test(written(user, '{{content}}')) ? [[name, user] as const] : []))
  expect(tried.length).toBeGreaterThan(90)
  for (const [name, user] of tried) {
    expect(questionIn(`${written(user, 'What is 2 + 2?')}4\n${written(user, 'Und 3 + 3?\n为什么？')}`), name).toBe('Und 3 + 3?\n为什么？')
  }
})

test('also before an empty thought, and the whole of a prompt that no template writes', () => {
  expect(questionIn('<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n')).toBe('Why?')
  expect(questionIn('Once upon a time\n')).toBe('Once upon a time')
})
