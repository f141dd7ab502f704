/** Templates as Jinja text. That transformers renders every one of them to our own prompt was tried when it was written; here, two by eye. */
import { expect, it } from 'vitest'
import { chatTemplate } from '@/lib/templates/jinja'
import { prepareTemplate } from '@/lib/templates/template'
import { loadTokenizer } from '@/trainer/tokenizer'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeTinyModel } from '../trainer/tiny-model'

const tokenizer = await loadTokenizer(makeTinyModel(mkdtempSync(path.join(tmpdir(), 'tuneboard-jinja-'))))
const jinja = (template: string, default_system?: string) => chatTemplate(prepareTemplate(tokenizer, { template, default_system }))

it('writes the parts of a conversation as literals around the content', () => {
  expect(jinja('chatml')).toBe(
    "{% set system = '' %}{% set turns = messages %}{% if messages and messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}{% set turns = messages[1:] %}{% endif %}" +
      "{% if system %}{{ '<|im_start|>system\\n' + system + '<|im_end|>\\n' }}{% endif %}{% for message in turns %}{% set content = message['content'] %}" +
      "{% if message['role'] == 'user' %}{{ '<|im_start|>user\\n' + content + '<|im_end|>\\n<|im_start|>assistant\\n' }}" +
      "{% elif message['role'] == 'assistant' %}{{ content + '<|im_end|>\\n' }}{% endif %}{% endfor %}",
  )
})

it('keeps quotes, backslashes and newlines of the system prompt inside its literal', () => {
  expect(jinja('chatml', "it's\n\\me")).toContain("{% set system = 'it\\'s\\n\\\\me' %}")
})

it('puts the system text of a fused template into the first message', () => {
  expect(jinja('mistral')).toContain('{% if loop.first and system %}{% set content = system')
})
