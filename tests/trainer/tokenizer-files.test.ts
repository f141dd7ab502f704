/** Tokenizers on disk: the files of a model folder, and what is said when one is missing or damaged. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Fault, UserError } from '@/lib/errors'
import { sentence } from '@/lib/messages'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { fileOf } from '../lib/own-tokenizers'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tokenizer-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, value: unknown) => writeFileSync(path.join(folder, name), typeof value === 'string' ? value : JSON.stringify(value))

async function fault(): Promise<Fault> {
  try {
    await loadTokenizer(folder)
  } catch (error) {
    if (error instanceof UserError) return error.fault
    throw error
  }
  throw new Error('nothing was refused')
}

test('special tokens from the configuration, the map and the generation settings', async () => {
  write('tokenizer.json', fileOf('gpt2'))
  write('tokenizer_config.json', { bos_token: '<s>' })
  write('special_tokens_map.json', { pad_token: { content: '<mask>' } })
  const bare = await loadTokenizer(folder)
  expect([bare.bos?.text, bare.pad?.text, bare.eos]).toEqual(['<s>', '<mask>', null])
  write('generation_config.json', { eos_token_id: [bare.idOf('</s>'), 0] })
  expect((await loadTokenizer(folder)).eos?.text).toBe('</s>')
  expect((await loadTokenizer(folder, { eos: '<sep>' })).eos?.text).toBe('<sep>')
})

test('no tokenizer.json', async () => expect(await fault()).toMatchObject({ code: 'tokenizer_missing', values: { path: folder }, field: 'model_name_or_path' }))

test.each([
  ['not JSON', '{\n  "model": {,}\n}', 'line 2, column 13'],
  ['no model', '{}', 'model'],
  ['an unknown model', JSON.stringify({ ...fileOf('gpt2'), model: { type: 'X', vocab: {} } }), 'model.type'],
  ['an unknown decoder', JSON.stringify({ ...fileOf('gpt2'), decoder: { type: 'Nonsense' } }), 'Nonsense'],
  ['an unknown pre-tokeniser', JSON.stringify({ ...fileOf('gpt2'), pre_tokenizer: { type: 'Nonsense' } }), 'Nonsense'],
  ['a merge without its token', JSON.stringify({ ...fileOf('gpt2'), model: { type: 'BPE', vocab: { a: 0 }, merges: ['a b'] } }), 'a b'],
  ['added tokens of another shape', JSON.stringify({ ...fileOf('gpt2'), added_tokens: [{ content: 5 }] }), 'added_tokens'],
])('%s', async (_, text, problem) => {
  write('tokenizer.json', text)
  const found = await fault()
  expect(found).toMatchObject({ code: 'tokenizer_invalid', values: { path: folder }, field: 'model_name_or_path' })
  expect(sentence(found, 'en')).toContain(problem)
})

test('a damaged configuration is named', async () => {
  write('tokenizer.json', fileOf('gpt2'))
  write('tokenizer_config.json', '{"bos_token": 5}')
  expect(sentence(await fault(), 'en')).toContain('tokenizer_config.json: bos_token: ')
})
