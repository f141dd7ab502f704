/**
 * A template for other programs: as a Jinja chat template (Hugging Face's tokenizer_config.json) and as an Ollama modelfile. Both know system, user and
 * assistant messages only, as in LLaMA-Factory 0.9.5 (`data/template.py`); tools and thoughts are left out.
 */
import type { Slot } from '@/lib/templates/row'
import type { Template } from '@/lib/templates/template'
import type { Tokenizer } from '@/lib/text/tokenizer'

const CONTENT = '{{content}}'

/** The pieces of slots: texts, and null where the content stands. Null altogether when a slot is a token by its spelling, which text cannot say. */
function pieces(slots: readonly Slot[], tokenizer: Tokenizer): (string | null)[] | null {
  const out: (string | null)[] = []
  for (const slot of slots) {
    if (typeof slot === 'string') {
      const [before, after] = slot.split(CONTENT)
      out.push(before)
      if (after !== undefined) out.push(null, after)
    } else if ('role' in slot) {
      out.push(tokenizer[slot.role]?.text ?? '')
    } else {
      return null
    }
  }
  return out.filter((piece) => piece !== '')
}

const quoted = (text: string) => `'${text.replaceAll("'", "\\'")}'`

/** The chat template in Jinja; null where a slot cannot be said in it. */
export function jinjaTemplate({ row, tokenizer }: Template): string | null {
  const say = (slots: readonly Slot[], content: string) => pieces(slots, tokenizer)?.map((piece) => (piece === null ? content : quoted(piece))).join(' + ')
  const prefix = say(row.prefix, 'content')
  const system = say(row.system, 'system_message')
  const user = say(row.user, 'content')
  const assistant = say(row.assistant, 'content')
  if (prefix === undefined || system === undefined || user === undefined || assistant === undefined) return null
  const fused = row.kind === 'fused_system'
  return [
    prefix && `{{ ${prefix} }}`,
    row.default_system && `{% set system_message = ${quoted(row.default_system)} %}`,
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}",
    '{% else %}{% set loop_messages = messages %}{% endif %}',
    fused ? '' : `{% if system_message is defined %}{{ ${system} }}{% endif %}`,
    '{% for message in loop_messages %}',
    fused ? `{% if loop.index0 == 0 and system_message is defined %}{% set content = ${system} + message['content'] %}{% else %}` : '',
    "{% set content = message['content'] %}",
    fused ? '{% endif %}' : '',
    `{% if message['role'] == 'user' %}{{ ${user} }}{% elif message['role'] == 'assistant' %}{{ ${assistant} }}{% endif %}`,
    '{% endfor %}',
  ].join('')
}

/** A modelfile beside the model's own files (`from`: where they lie, seen from it); null where a slot cannot be said in it. */
export function ollamaModelfile({ row, tokenizer, stopIds }: Template, from = '.'): string | null {
  const say = (slots: readonly Slot[], content: string) => pieces(slots, tokenizer)?.map((piece) => piece ?? `{{ ${content} }}`).join('')
  const prefix = say(row.prefix, 'content')
  const system = say(row.system, '.System')
  const user = say(row.user, '.Content')
  const assistant = say(row.assistant, '.Content')
  if (prefix === undefined || system === undefined || user === undefined || assistant === undefined) return null
  const turns = `{{ range .Messages }}{{ if eq .Role "user" }}${user}{{ else if eq .Role "assistant" }}${assistant}{{ end }}{{ end }}`
  return [
    `# Made by Tuneboard\n\nFROM ${from}\n\n`,
    `TEMPLATE """${prefix}{{ if .System }}${system}{{ end }}${turns}"""\n\n`,
    row.default_system && `SYSTEM """${row.default_system}"""\n\n`,
    ...stopIds.map((id) => `PARAMETER stop "${tokenizer.tokenOf(id)}"\n`),
    'PARAMETER num_ctx 4096\n',
  ].join('')
}
