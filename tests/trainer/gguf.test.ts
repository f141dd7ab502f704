/**
 * GGUF files: tensors and keys as llama.cpp's own converter makes them (tests/fixtures/gguf.json), numbers as ggml rounds them, and vocabularies that
 * llama.cpp reads. Where Python has the `gguf` package, that reads a whole file besides.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import fixture from '@/tests/fixtures/gguf.json'
import { modelConfig } from '@/lib/models/config'
import { tokenizerFileSchema } from '@/lib/text/hf'
import { writeChunks } from '@/trainer/files'
import { ggufChunks } from '@/trainer/gguf/format'
import { modelMetadata } from '@/trainer/gguf/metadata'
import { readAll, readGguf } from '@/trainer/gguf/read'
import { ggufTensors } from '@/trainer/gguf/tensors'
import { type TensorType, tensorTypes } from '@/trainer/gguf/types'
import { vocabularyMetadata } from '@/trainer/gguf/vocabulary'
import { mergedTensors } from '@/trainer/adapter/merged'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { casesOf, fileOf, ownTokenizer } from '@/tests/lib/own-tokenizers'
import { cases, writeTiny } from './tiny'

const expected = z.record(z.string(), z.object({ tensors: z.record(z.string(), z.object({ shape: z.array(z.number()), probe: z.number() })), keys: z.record(z.string(), z.union([z.number(), z.string()])) })).parse(fixture.cases)

const starterFolder = path.resolve('data/models/starter')
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'gguf-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** As make_gguf.py has it. */
const probe = (values: Float32Array): number => values.reduce((sum, value, i) => sum + (value * ((7919 * i) % 101)) / 101, 0)

function writeCase(name: string, type: TensorType): string {
  const model = writeTiny(cases[name])
  const config = modelConfig(cases[name].config, model)
  const file = path.join(folder, `${name}-${type}.gguf`)
  writeChunks(file, ggufChunks(modelMetadata(config, name, type), ggufTensors(mergedTensors(model, config, []), config, type)))
  rmSync(model, { recursive: true })
  return file
}

describe('a model of each family', () => {
  test.each(Object.keys(expected))('%s has the tensors of the converter of llama.cpp', (name) => {
    const { tensors } = readGguf(writeCase(name, 'f32'))
    const wanted = expected[name].tensors
    expect([...tensors.keys()].sort()).toEqual(Object.keys(wanted).sort())
    for (const [key, entry] of tensors) {
      // llama.cpp divides Gemma 2's queries by the head's root, whatever config.json says; here the weight makes up for it.
      const scale = name === 'gemma2' && key.endsWith('attn_q.weight') ? Math.sqrt(6 / 7) : 1
      expect(entry.shape, key).toEqual(wanted[key].shape)
      expect(probe(readAll(entry)) / scale, key).toBeCloseTo(wanted[key].probe, 4)
    }
  })

  test.each(Object.keys(expected))('%s has its keys, each with the same value', (name) => {
    const { keys } = readGguf(writeCase(name, 'f32'))
    for (const [key, value] of Object.entries(expected[name].keys)) {
      if (typeof value === 'number') expect(Number(keys.get(key)), key).toBeCloseTo(value, 5)
      else expect(keys.get(key), key).toBe(value)
    }
  })
})

test('number types are rounded as ggml rounds them', () => {
  // From gguf-py: quantize(…, Q8_0) of these 32 numbers.
  const values = Float32Array.from({ length: 32 }, (_, i) => Math.fround((i - 16) / 7))
  const bytes = tensorTypes.q8_0.encode(values)
  expect(Buffer.from(bytes).toString('hex')).toBe(Q8_ROW)
  expect(Math.max(...tensorTypes.q8_0.decode(bytes).map((v, i) => Math.abs(v - values[i])))).toBeLessThan(0.01)
  expect([...tensorTypes.q8_0.decode(tensorTypes.q8_0.encode(new Float32Array(32)))]).toEqual(Array(32).fill(0))
})
const Q8_ROW = '9c2481899199a1a9b1b9c0c8d0d8e0e8f0f8000810182028303840474f575f676f77'

/** llama.cpp's `llm_tokenizer_spm`: the pair with the best score becomes one, the leftmost of equals; what is no token in the end goes byte by byte. */
function byScores(text: string, words: readonly string[], scores: readonly number[]): number[] {
  const ids = new Map(words.map((word, id) => [word, id]))
  const parts = [...`▁${text.replaceAll(' ', '▁')}`]
  const scoreAt = (at: number): number => scores[ids.get(parts[at] + (parts[at + 1] ?? '')) ?? -1] ?? -Infinity
  for (;;) {
    const all = parts.slice(1).map((_, at) => scoreAt(at))
    const best = Math.max(...all)
    if (all.length === 0 || best === -Infinity) break
    parts.splice(all.indexOf(best), 2, parts[all.indexOf(best)] + parts[all.indexOf(best) + 1])
  }
  const bytes = (part: string) => [...Buffer.from(part)].map((byte) => ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`) ?? -1)
  return parts.flatMap((part) => ids.get(part) ?? bytes(part))
}

describe('a vocabulary', () => {
  const ofFolder = async (model: string, size: number) => {
    const tokenizer = await loadTokenizer(model)
    const file = tokenizerFileSchema.parse(JSON.parse(readFileSync(path.join(model, 'tokenizer.json'), 'utf8')))
    return vocabularyMetadata({ file, tokenizer, speaking: tokenizer, endOfTurn: null, chatTemplate: null }, size)
  }
  const written = (name: string, change: (file: Record<string, unknown>) => unknown) => {
    const into = mkdtempSync(path.join(folder, `${name}-`))
    const file = JSON.parse(readFileSync(path.join(starterFolder, 'tokenizer.json'), 'utf8'))
    writeFileSync(path.join(into, 'tokenizer.json'), JSON.stringify(change(file)))
    return into
  }

  test('of bytes names the rule that cuts words', async () => {
    const keys = await ofFolder(starterFolder, 2050)
    expect(keys).toMatchObject({
      'tokenizer.ggml.model': { value: 'gpt2' }, 'tokenizer.ggml.pre': { value: 'qwen2' }, 'tokenizer.ggml.eos_token_id': { value: 2047 },
      'tokenizer.ggml.add_bos_token': { value: false },
    })
    const types = keys['tokenizer.ggml.token_type']
    expect(types.kind === 'i32s' && types.value.slice(-5)).toEqual([3, 3, 3, 5, 5])
  })

  test.each([
    ['gpt-2', { type: 'ByteLevel', add_prefix_space: false }],
    ['smollm', { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, { type: 'ByteLevel', add_prefix_space: false }] }],
  ])('of %s is known by its steps', async (pre, pre_tokenizer) => {
    expect((await ofFolder(written(pre, (file) => ({ ...file, pre_tokenizer })), 2048))['tokenizer.ggml.pre']).toMatchObject({ value: pre })
  })

  test('whose words llama.cpp would cut otherwise is refused', async () => {
    const odd = written('odd', (file) => ({ ...file, pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Split', pattern: { Regex: '\\w+' }, behavior: 'Isolated', invert: false }, { type: 'ByteLevel', add_prefix_space: false, use_regex: false }] } }))
    await expect(ofFolder(odd, 2048)).rejects.toMatchObject({ fault: { code: 'gguf_unsaid', values: { problem: { code: 'gguf_words', values: { found: 'Split \\w+' } } } } })
  })

  test('of SentencePiece’s kind gives the same tokens when it is merged by its scores, as llama.cpp does it', () => {
    const file = tokenizerFileSchema.parse(fileOf('llama2'))
    const tokenizer = ownTokenizer('llama2')
    const keys = vocabularyMetadata({ file, tokenizer, speaking: tokenizer, endOfTurn: null, chatTemplate: null }, tokenizer.length + 2)
    expect(keys).toMatchObject({ 'tokenizer.ggml.model': { value: 'llama' }, 'tokenizer.ggml.add_space_prefix': { value: true } })
    const words = z.object({ value: z.array(z.string()) }).parse(keys['tokenizer.ggml.tokens']).value
    const scores = z.object({ value: z.array(z.number()) }).parse(keys['tokenizer.ggml.scores']).value
    const texts = casesOf('llama2').filter(({ text }) => text !== '' && !file.added_tokens.some(({ content }) => text.includes(content)))
    expect(texts.length).toBeGreaterThan(15)
    for (const { text, ids } of texts) expect(byScores(text, words, scores), JSON.stringify(text)).toEqual(ids)
  })

  test('larger than the embedding is refused', async () => {
    await expect(ofFolder(starterFolder, 2000)).rejects.toMatchObject({ fault: { values: { problem: { code: 'gguf_vocabulary' } } } })
  })
})

/** A Python with the `gguf` package, where there is one. */
const python = process.env.TUNEBOARD_GGUF_PYTHON
test.skipIf(!python || !existsSync(python))('the gguf package reads what is written', () => {
  const file = writeCase('qwen3', 'q8_0')
  const script = 'import sys, gguf\nr = gguf.GGUFReader(sys.argv[1])\nprint(len(r.tensors), r.fields["general.architecture"].contents())'
  expect(execFileSync(python ?? '', ['-c', script, file], { encoding: 'utf8' })).toBe(`${Object.keys(expected.qwen3.tensors).length} qwen3\n`)
})
