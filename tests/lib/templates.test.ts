/**
 * Templates and tool formats. Expected texts are written out by hand from the models' own documentation and from what LLaMA-Factory 0.9.5 gives; the
 * golden conversations are compared in tests/conform.
 */
import { describe, expect, test } from 'vitest'
import type { Message } from '@/lib/datasets/example'
import { UserError } from '@/lib/errors'
import { type TemplateOptions, toolFormatNames } from '@/lib/templates/row'
import { templateNames } from '@/lib/templates/table'
import { jinjaTemplate, ollamaModelfile } from '@/lib/templates/export'
import { checkVocabulary, prepareTemplate } from '@/lib/templates/template'
import { toolFormats } from '@/lib/templates/tools/table'
import { ownTokenizer } from './own-tokenizers'

const tokenizer = ownTokenizer('gpt2')
const today = () => new Date(2026, 0, 2)
const prepared = (template: string, options: Omit<TemplateOptions, 'template'> = {}) => prepareTemplate(tokenizer, { ...options, template }, today)

/** The whole conversation as text, turns marked. */
function textOf(name: string, messages: Message[], system = '', tools = '', options: Omit<TemplateOptions, 'template'> = {}): string {
  const template = prepared(name, options)
  return template
    .encodeMultiturn(messages, system, tools)
    .map((turn) => `${template.tokenizer.decode(turn.prompt)}¦${template.tokenizer.decode(turn.response)}`)
    .join('‖')
}

const user = (content: string): Message => ({ role: 'user', content })
const assistant = (content: string): Message => ({ role: 'assistant', content })
const fault = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    if (error instanceof UserError) return error.fault
    throw error
  }
  return null
}

describe('conversations', () => {
  const twoTurns = [user('Hi'), assistant('Hello'), user('Bye'), assistant('Ciao')]

  test.each([
    ['default', 'System: S</s>\nHuman: Hi</s>\nAssistant:¦Hello</s>\n‖Human: Bye</s>\nAssistant:¦Ciao</s>\n'],
    ['chatml', '<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n¦Hello<|im_end|>\n‖<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n¦Ciao<|im_end|>\n'],
    ['llama2', '<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nHi [/INST]¦Hello</s>‖<s>[INST] Bye [/INST]¦Ciao</s>'],
    // Gemma has no system role: the text stands inside the first user message.
    ['gemma', '<s><start_of_turn>user\nS\n\nHi<end_of_turn>\n<start_of_turn>model\n¦Hello<end_of_turn>\n‖<start_of_turn>user\nBye<end_of_turn>\n<start_of_turn>model\n¦Ciao<end_of_turn>\n'],
    ['mistral', '<s>[INST] S\n\nHi[/INST]¦ Hello</s>‖[INST] Bye[/INST]¦ Ciao</s>'],
  ])('%s', (name, expected) => expect(textOf(name, twoTurns, 'S')).toBe(expected))

  test('content is put in as it is, placeholders and all', () => {
    const text = textOf('default', [user('I am {{name}} of {{author}}, {{content}} $& $1'), assistant('{{content}}')])
    expect(text).toBe('Human: I am {{name}} of {{author}}, {{content}} $& $1</s>\nAssistant:¦{{content}}</s>\n')
  })

  test('the default system text goes where none is given, and can be replaced', () => {
    expect(textOf('qwen', [user('a'), assistant('b')])).toContain('You are Qwen, created by Alibaba Cloud.')
    expect(textOf('qwen', [user('a'), assistant('b')], '', '', { default_system: 'Own.' })).toContain('system\nOwn.<|im_end|>')
    expect(textOf('qwen', [user('a'), assistant('b')], 'Given.', '', { default_system: 'Own.' })).toContain('system\nGiven.<|im_end|>')
  })

  test('one turn is the whole conversation before its last answer', () => {
    const template = prepared('chatml')
    const one = template.encodeOneturn(twoTurns, 'S')
    const all = template.encodeMultiturn(twoTurns, 'S')
    expect(one.prompt).toEqual([...all[0].prompt, ...all[0].response, ...all[1].prompt])
    expect(one.response).toEqual(all[1].response)
  })
})

describe('thoughts', () => {
  const thinking = [user('a'), assistant('<think>\nx\n</think>\n\nA'), user('b'), assistant('B')]
  const start = (name: string) => `<|im_start|>user\n${name}<|im_end|>\n<|im_start|>assistant\n`

  test.each([
    [true, `${start('a')}¦<think>\nx\n</think>\n\nA<|im_end|>\n‖${start('b')}¦<think>\n\n</think>\n\nB<|im_end|>\n`],
    [false, `${start('a')}<think>\n\n</think>\n\n¦A<|im_end|>\n‖${start('b')}<think>\n\n</think>\n\n¦B<|im_end|>\n`],
    [null, `${start('a')}¦<think>\nx\n</think>\n\nA<|im_end|>\n‖${start('b')}<think>\n\n</think>\n\n¦B<|im_end|>\n`],
  ])('enable_thinking %s', (enable_thinking, expected) => expect(textOf('qwen3', thinking, '', '', { enable_thinking })).toBe(expected))

  test('earlier thoughts go when one answer is asked for, unless they are to stay', () => {
    const prompt = (options: Omit<TemplateOptions, 'template'>) => {
      const template = prepared('qwen3', options)
      return template.tokenizer.decode(template.encodeOneturn(thinking).prompt)
    }
    expect(prompt({})).not.toContain('x')
    expect(prompt({ preserve_thinking: true })).toContain('<think>\nx\n</think>')
  })

  test('the variant without thinking leaves answers alone', () => expect(textOf('qwen3_nothink', thinking)).toContain('¦B<|im_end|>'))
})

describe('tools', () => {
  const tools = '[{"name":"w","description":"Weather","parameters":{"type":"object","properties":{"10":{"type":"number","default":1.0},"9":{"type":"string"}},"required":["9"]}}]'
  const called: Message[] = [user('q'), { role: 'function', content: '{"name":"w","arguments":{"10":1.0,"9":"x"}}' }, { role: 'observation', content: '{"t":-3}' }, assistant('cold')]

  test('Qwen: keys keep their order, floats stay floats', () => {
    const text = textOf('qwen', called, 'S', tools)
    expect(text).toContain('{"type": "function", "function": {"name": "w", "description": "Weather", "parameters": {"type": "object", "properties": {"10": {"type": "number", "default": 1.0}, "9": {"type": "string"}}, "required": ["9"]}}}')
    expect(text).toContain('¦<tool_call>\n{"name": "w", "arguments": {"10": 1.0, "9": "x"}}\n</tool_call><|im_end|>')
    expect(text).toContain('<tool_response>\n{"t":-3}\n</tool_response>')
  })

  test('the default format lists arguments in words', () => {
    expect(textOf('default', called, '', tools)).toContain('> Tool Name: w\nTool Description: Weather\nTool Args:\n  - 10 (number): \n  - 9 (string, required): \n\n')
    expect(textOf('default', called, '', tools)).toContain('Action: w\nAction Input: {"10": 1.0, "9": "x"}')
  })

  test('Llama 3 names the day', () => expect(textOf('llama3', called, '', tools)).toContain('Today Date: 02 Jan 2026'))

  test('an empty list says nothing about tools', () => expect(textOf('default', [user('a'), assistant('b')], '', '[]')).toBe(textOf('default', [user('a'), assistant('b')], '', '').replace('Human', 'System: </s>\nHuman')))

  test.each([
    ['not json', 'tools_invalid'],
    ['{"name":"w"}', 'tools_invalid'],
    ['[{"name":"w"}]', 'tools_invalid'],
    ['["w"]', 'tools_invalid'],
    ['[{"name":"w","parameters":{"properties":{"a":"b"}}}]', 'tools_invalid'],
  ])('tools %s are refused', (text, code) => expect(fault(() => textOf('default', [user('a'), assistant('b')], '', text))?.code).toBe(code))

  test.each(['w(x)', '{"name":"w"}', '[1]', '{"arguments":{}}'])('the call %s is refused', (content) => {
    expect(fault(() => textOf('qwen', [user('a'), { role: 'function', content }]))?.code).toBe('tool_call_invalid')
  })

  test('a format that writes one call at a time refuses two', () => {
    const two = '[{"name":"a","arguments":{}},{"name":"b","arguments":{}}]'
    expect(fault(() => textOf('glm4', [user('a'), { role: 'function', content: two }]))?.code).toBe('tool_call_invalid')
  })

  test('a thought before a call stays before it', () => {
    const content = '<think>\nhm\n</think>\n\n{"name":"w","arguments":{}}'
    expect(textOf('qwen', [user('a'), { role: 'function', content }])).toContain('¦<think>\nhm\n</think>\n\n<tool_call>\n{"name": "w", "arguments": {}}\n</tool_call>')
  })

  /** GLM-4 MoE reads another format than it writes, Seed-OSS one whose tag is not closed: as in the reference. */
  const readBack = toolFormatNames.filter((name) => name !== 'glm4_moe' && name !== 'seed_oss')
  test.each(readBack)('%s reads the calls that it writes', (name) => {
    const format = toolFormats[name]
    const args = name === 'gemma4' ? '{"a": "x y", "b": 2}' : '{"a": "x y", "b": 2.50, "c": [1, true, null], "d": "é"}'
    const spelled = args.replace('2.50', '2.5')
    const text = format.write([{ name: 'f', arguments: args }])
    const reachable = name === 'minimax2' ? `<minimax:tool_call>\n${text}\n</minimax:tool_call>` : name === 'lfm2' ? text.replace('true, null', 'True, None') : text
    expect(format.read(reachable)).toEqual([{ name: 'f', arguments: spelled }])
  })

  test.each(toolFormatNames)('%s finds no call in plain text', (name) => expect(toolFormats[name].read('just text')).toBeNull())

  test('an answer without calls comes back as it is', () => {
    expect(prepared('qwen').extractTools('hello')).toBe('hello')
    expect(prepared('qwen').extractTools('<tool_call>{"name":"f","arguments":{"b":1,"a":2}}</tool_call>')).toEqual([{ name: 'f', arguments: '{"b": 1, "a": 2}' }])
  })
})

describe('the tokenizer that a template leaves behind', () => {
  test('eos by the first stop word, added at the end when it is new; pad where there was none', () => {
    const template = prepared('chatml')
    expect(template.added).toEqual(['<|im_end|>', '<|im_start|>'])
    expect(template.tokenizer.eos).toEqual({ text: '<|im_end|>', id: tokenizer.length })
    expect(template.tokenizer.pad?.text).toBe('<|im_end|>')
    expect(template.stopIds).toEqual([tokenizer.length, tokenizer.length + 1])
    expect(tokenizer.eos?.text).toBe('</s>')
  })

  test('a template without stop words changes nothing but the pad', () => {
    const template = prepared('default')
    expect(template.added).toEqual([])
    expect(template.tokenizer.eos?.text).toBe('</s>')
    expect(template.stopIds).toEqual([tokenizer.idOf('</s>')])
  })

  test('tokens beyond the vocabulary are the user’s fault, by name', () => {
    expect(fault(() => checkVocabulary(prepared('chatml'), tokenizer.length))).toMatchObject({ code: 'template_token_missing', field: 'template', values: { template: 'chatml', token: '<|im_end|>' } })
    expect(fault(() => checkVocabulary(prepared('chatml'), tokenizer.length + 2))).toBeNull()
    expect(fault(() => checkVocabulary(prepared('default'), tokenizer.length))).toBeNull()
    expect(fault(() => checkVocabulary(prepared('chatglm3'), 10_000))).toMatchObject({ values: { token: '[gMASK]' } })
  })
})

describe('for other programs', () => {
  test('a Jinja chat template', () => {
    expect(jinjaTemplate(prepared('zephyr'))).toBe(
      "{% set system_message = 'You are Zephyr, a helpful assistant.' %}{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% endif %}" +
        "{% if system_message is defined %}{{ '<|system|>\n' + system_message + '</s>' }}{% endif %}{% for message in loop_messages %}{% set content = message['content'] %}" +
        "{% if message['role'] == 'user' %}{{ '<|user|>\n' + content + '</s>' + '<|assistant|>\n' }}{% elif message['role'] == 'assistant' %}{{ content + '</s>' }}{% endif %}{% endfor %}",
    )
  })

  test('an Ollama modelfile', () => {
    expect(ollamaModelfile(prepared('llama2', { default_system: 'Be brief.' }))).toBe(
      '# Made by Tuneboard\n\nFROM .\n\nTEMPLATE """{{ if .System }}<<SYS>>\n{{ .System }}\n<</SYS>>\n\n{{ end }}{{ range .Messages }}{{ if eq .Role "user" }}<s>[INST] {{ .Content }} [/INST]' +
        '{{ else if eq .Role "assistant" }}{{ .Content }}</s>{{ end }}{{ end }}"""\n\nSYSTEM """Be brief."""\n\nPARAMETER stop "</s>"\nPARAMETER num_ctx 4096\n',
    )
  })

  test('quotes are escaped; tokens by spelling cannot be said', () => {
    expect(jinjaTemplate(prepared('default', { default_system: "It's" }))).toContain("set system_message = 'It\\'s'")
    expect(jinjaTemplate(prepared('chatglm3'))).toBeNull()
    expect(ollamaModelfile(prepared('chatglm3'))).toBeNull()
  })
})

describe('what is refused', () => {
  test('an unknown template, with the nearest name', () => expect(fault(() => prepared('qwenn'))).toMatchObject({ code: 'template_unknown', values: { template: 'qwenn', nearest: 'qwen' }, field: 'template' }))
  test('no template', () => expect(fault(() => prepareTemplate(tokenizer, { template: null }))).toMatchObject({ code: 'missing_key', field: 'template' }))
  test('an unknown tool format', () => expect(fault(() => prepared('qwen', { tool_format: 'x' }))?.code).toBe('not_an_option'))
  test('training on the prompt where eos stands between turns as a label', () => expect(fault(() => prepared('glm4', { train_on_prompt: true }))?.code).toBe('together'))
  test('names that objects have by nature', () => expect(fault(() => prepared('constructor'))?.code).toBe('template_unknown'))
})

test.each(templateNames.filter((name) => !['chatglm3', 'yuan'].includes(name)))('%s encodes a conversation in which the texts survive', (name) => {
  const text = textOf(name, [user('Question one?'), assistant('Answer one.'), user('Question two?'), assistant('Answer two.')], 'System text.')
  for (const part of ['Question one?', 'Answer one.', 'Question two?', 'Answer two.']) expect(text).toContain(part)
})
