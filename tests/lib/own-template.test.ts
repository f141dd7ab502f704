/** Models' own chat templates: rendered as transformers renders them, turned into rows that write the same, or refused; and hostile ones, which do no harm. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import fixture from '@/tests/fixtures/templates.json'
import type { Message } from '@/lib/datasets/example'
import { Unusable } from '@/lib/errors'
import { words } from '@/lib/messages'
import { jinjaTemplate } from '@/lib/templates/jinja'
import { ownRow } from '@/lib/templates/own'
import { prepareTemplate } from '@/lib/templates/template'
import { byteTokenizer } from './own-tokenizers'

const said = z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }))
const cases = z.array(z.object({ name: z.string(), source: z.string(), renderings: z.array(z.object({ messages: said, generate: z.boolean(), text: z.string().nullable() })) })).parse(fixture.cases)
const today = new Date(2026, 0, 2, 15, 4, 5)
const tokenizer = byteTokenizer()
const tokens = { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' }

/** What is wrong, or null. */
function problemOf(run: () => unknown): string | null {
  try {
    run()
    return null
  } catch (error) {
    if (error instanceof Unusable) return words(error.problem, 'en')
    throw error
  }
}

test.each(cases)('$name renders as in transformers', ({ source, renderings }) => {
  const render = jinjaTemplate(source, today)
  for (const { messages, generate, text } of renderings) {
    const run = () => render({ messages, add_generation_prompt: generate, ...tokens })
    if (text === null) expect(problemOf(run)).toContain('refuses')
    else expect(run()).toBe(text)
  }
})

const impossible: Record<string, string> = { rounds: 'differently', system_last: 'differently', shouts: 'changes', habits: 'differently' }

describe('rows', () => {
  test.each(cases.filter(({ name }) => !impossible[name]))('$name writes what its template writes', ({ name, source, renderings }) => {
    const template = prepareTemplate(tokenizer, { template: null, own: ownRow(jinjaTemplate(source, today), tokenizer) })
    const thinks = template.row.kind === 'reasoning'
    expect(thinks).toBe(['empty_thought', 'opens_thought'].includes(name))
    for (const { messages, text } of renderings) {
      if (text === null) continue
      const [system, turns] = messages[0].role === 'system' ? [messages[0].content, messages.slice(1)] : ['', messages]
      const talk = [...turns, ...(turns.length % 2 === 1 ? [{ role: 'assistant', content: '' }] : [])] as Message[]
      const { prompt, response } = template.encodeOneturn(talk, system)
      const written = template.tokenizer.decode(turns.length % 2 === 1 ? prompt : [...prompt, ...response])
      // Thoughts are the rules' of reasoning templates, which the golden files test; where an answer begins with one is theirs, too.
      const plain = (whole: string) => (thinks ? whole.replaceAll(/<think>\s*(<\/think>\s*)?/g, '') : whole)
      expect(plain(written)).toBe(plain(text))
    }
  })

  test.each(Object.entries(impossible))('%s is refused', (name, reason) => {
    const found = cases.find((item) => item.name === name)
    expect(problemOf(() => ownRow(jinjaTemplate(found?.source ?? '', today), tokenizer))).toContain(reason)
  })

  test('a model without a system role gets the system text before the first question', () => {
    const source = cases.find(({ name }) => name === 'no_system')?.source ?? ''
    const template = prepareTemplate(tokenizer, { template: null, own: ownRow(jinjaTemplate(source, today), tokenizer) })
    expect(tokenizer.decode(template.encodeOneturn([{ role: 'user', content: 'q' }, { role: 'assistant', content: '' }], 'S').prompt)).toBe('<s><turn>user\nS\n\nq</turn>\n<turn>model\n')
  })

  test('a system block that always stands there is kept apart from what comes before everything', () => {
    const source = cases.find(({ name }) => name === 'headers_always')?.source ?? ''
    const own = ownRow(jinjaTemplate(source, today), tokenizer)
    expect(own).toMatchObject({ prefix: ['<s>'], system: ['<|head|>system<|end|>\n\nToday is a day.\n\n{{content}}<|eot|>'], always_system: true })
    expect(tokenizer.decode(prepareTemplate(tokenizer, { template: null, own, default_system: 'D' }).encodeOneturn([{ role: 'user', content: 'q' }, { role: 'assistant', content: '' }]).prompt)).toContain('day.\n\nD<|eot|>')
  })

  test('an answer that nothing ends is ended by eos', () => {
    const source = cases.find(({ name }) => name === 'lead')?.source ?? ''
    expect(ownRow(jinjaTemplate(source, today), tokenizer)).toMatchObject({ prefix: ['[gMASK]<sop>'], efficient_eos: true })
  })

  test('the token that ends an answer stops the model', () => {
    const marked = tokenizer.withTokens({}, ['<|end|>'], 'keep')
    const source = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>\n{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
    const template = prepareTemplate(marked, { template: null, own: ownRow(jinjaTemplate(source, today), marked) })
    expect(template.stopIds).toEqual([marked.eos?.id, marked.idOf('<|end|>')].sort((a, b) => (a ?? 0) - (b ?? 0)))
  })
})

describe('hostile templates', () => {
  const render = (source: string) => () => jinjaTemplate(source, today)({ messages: [{ role: 'user', content: 'x' }], ...tokens })

  test.each([
    ['{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{{ i }}{% endfor %}', 'steps'],
    ['{% for i in range(10000000000) %}{% endfor %}', 'pieces'],
    ["{% set ns = namespace(x='aaaaaaaa') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}", 'steps'],
    ['{% set ns = namespace(x=[1, 2]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}', 'steps'],
    ['{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}', ''],
    ["{{ 'a' | indent(1000000000) }}{{ messages | tojson(indent=1000000000) }}", ''],
    ['{% if %}', 'does not work'],
    ['{{ messages[0].content.constructor.constructor("return process")() }}', ''],
    ["{{ ''.__class__.__mro__[1].__subclasses__() }}", ''],
    ["{% include '/etc/passwd' %}", 'does not work'],
    ["{{ raise_exception('no') }}", 'no'],
  ])('%s', (source, reason) => {
    const found = problemOf(render(source))
    expect(found).not.toBeNull()
    expect(found).toContain(reason)
  })

  test('a long one is not even read', () => expect(problemOf(render('x'.repeat(300_000)))).toContain('characters'))

  test('nothing of the host is in reach', () => {
    for (const name of ['process', 'globalThis', 'require', 'constructor', '__proto__', 'this', 'module', 'fetch']) expect(render(`{{ ${name} is defined }}`)()).toBe('false')
    expect(render('{{ messages.__proto__ is defined }}{{ messages[0].constructor is defined }}')()).toBe('falsefalse')
  })

  test('dates are Python’s', () => expect(render("{{ strftime_now('%d %b %Y %H:%M %A %p %I %% %Q') }}")()).toBe('02 Jan 2026 15:04 Friday PM 03 % %Q'))
})
