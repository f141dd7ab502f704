/**
 * A template as a Jinja chat template, for programs that load the tokenizer without this project (transformers, vLLM, llama.cpp): system,
 * user and assistant messages of a conversation. Left out: tools, thoughts, and the difference between asking for an answer and not, because
 * the opening of an answer belongs to the user's slots here.
 */
import type { Slot } from '@/lib/templates/row'
import type { Template } from '@/lib/templates/template'

const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`

/** Slots as a Jinja expression; `content` is the expression that takes the place of the content. '' for slots that say nothing. */
function expression(slots: readonly Slot[], { tokenizer }: Template, content: string): string {
  const parts = slots.flatMap((slot): string[] => {
    if (typeof slot === 'string') return slot.split('{{content}}').flatMap((text, i) => [...(i > 0 ? [content] : []), ...(text === '' ? [] : [literal(text)])])
    const text = 'token' in slot ? slot.token : (tokenizer[slot.role]?.text ?? '')
    return text === '' ? [] : [literal(text)]
  })
  return parts.join(' + ')
}

const say = (inner: string): string => (inner === '' ? '' : `{{ ${inner} }}`)

/** The Jinja text; one line, since every newline outside a tag would be part of the prompt. */
export function chatTemplate(template: Template): string {
  const { row } = template
  const system = expression(row.system, template, 'system')
  const fused = row.kind === 'fused_system'
  const lead = fused ? `{% if loop.first and system %}{% set content = ${system} + content %}{% endif %}` : ''
  return [
    say(expression(row.prefix, template, "''")),
    `{% set system = ${literal(row.default_system)} %}{% set turns = messages %}`,
    "{% if messages and messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}{% set turns = messages[1:] %}{% endif %}",
    fused ? '' : `{% if system %}${say(system)}{% endif %}`,
    `{% for message in turns %}{% set content = message['content'] %}${lead}`,
    `{% if message['role'] == 'user' %}${say(expression(row.user, template, 'content'))}`,
    `{% elif message['role'] == 'assistant' %}${say(expression(row.assistant, template, 'content'))}{% endif %}{% endfor %}`,
  ].join('')
}
