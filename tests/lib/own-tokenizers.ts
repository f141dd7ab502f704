/** The small tokenizers of tests/fixtures/tokenizers.json, which Hugging Face's library made, with what it makes of texts. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { createTokenizer, type HfTokenizer, specialFileSchema, tokenizerFileSchema } from '@/lib/text/hf'
import type { NamedTokens } from '@/lib/text/tokenizer'

const ids = z.array(z.number())
const caseSchema = z.object({ text: z.string(), ids, with_special: ids, decoded: z.string().optional(), decoded_skip: z.string().optional() })
const schema = z.record(z.string(), z.object({ tokenizer: z.looseObject({}), cases: z.array(caseSchema) }))

const fixtures = schema.parse(JSON.parse(readFileSync(new URL('../fixtures/tokenizers.json', import.meta.url), 'utf8')))
export const fixtureNames = Object.keys(fixtures)
export const casesOf = (name: string) => fixtures[name].cases
export const fileOf = (name: string) => fixtures[name].tokenizer

/** One of them, with `<s>` and `</s>` as bos and eos unless told otherwise. */
export function ownTokenizer(name: string, named: NamedTokens = { bos: '<s>', eos: '</s>' }): HfTokenizer {
  return createTokenizer(tokenizerFileSchema.parse(fileOf(name)), specialFileSchema.parse({}), {}, named)
}

/** A tokenizer in which every byte is a token: what happens to it can be counted by hand. */
export function byteTokenizer(): HfTokenizer {
  const file = tokenizerFileSchema.parse(fileOf('gpt2'))
  return createTokenizer({ ...file, model: { ...file.model, merges: [] } }, specialFileSchema.parse({}), {}, { bos: '<s>', eos: '</s>' })
}
