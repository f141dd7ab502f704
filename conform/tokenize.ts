/**
 * tokenize.json: texts to ids and back for every tokenizer of the set, special tokens with and without, and streamed decoding.
 */
import path from 'node:path'
import { z } from 'zod'
import type { HfTokenizer } from '@/lib/text/hf'
import type { Tokenizer } from '@/lib/text/tokenizer'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { attempt, type CheckResult, compared, readGolden } from '@/conform/check'

const encoded = z.looseObject({
  ids: z.array(z.number()),
  ids_with_special_tokens: z.array(z.number()),
  tokens: z.array(z.string()),
  decoded: z.string(),
  decoded_skip_special: z.string(),
  decoded_with_special_tokens: z.string(),
  prefix_decodes: z.array(z.string()).optional(),
})
const schema = z.looseObject({
  tokenizers: z.record(z.string(), z.record(z.string(), z.unknown())),
  cases: z.array(z.looseObject({ name: z.string(), text: z.string(), input_utf16: z.array(z.union([z.number(), z.string()])).optional() })),
})

export async function* check(dir: string): AsyncGenerator<CheckResult> {
  const raw = readGolden(dir, 'tokenize.json')
  if (raw === null) return
  const file = schema.parse(raw)
  for (const [name, facts] of Object.entries(file.tokenizers)) {
    const tokenizer = await loadTokenizer(path.join(dir, 'tokenizers', name))
    yield compared(`tokenizer ${name}`, facts, factsOf(tokenizer, facts))
    for (const item of file.cases) {
      if (item[name] !== undefined) yield attempt(`${name} ${item.name}`, () => checkText(`${name} ${item.name}`, tokenizer, item.text, encoded.parse(item[name])))
    }
  }
}

/** The facts that the file lists, of our tokenizer; one that we do not know shows up as missing. */
function factsOf(tokenizer: HfTokenizer, wanted: Record<string, unknown>): Record<string, unknown> {
  const known: Record<string, unknown> = { length: tokenizer.length, vocab_size: tokenizer.baseLength }
  for (const role of ['bos', 'eos', 'pad', 'unk'] as const) {
    known[`${role}_token`] = tokenizer[role]?.text ?? null
    known[`${role}_token_id`] = tokenizer[role]?.id ?? null
  }
  return Object.fromEntries(Object.keys(wanted).map((key) => [key, known[key]]))
}

function checkText(name: string, tokenizer: Tokenizer, text: string, expected: z.output<typeof encoded>): CheckResult {
  const ids = tokenizer.encode(text)
  const withSpecial = tokenizer.encode(text, true)
  return compared(name, { ...expected, streamed: expected.decoded, streamed_skip_special: expected.decoded_skip_special }, {
    ids,
    ids_with_special_tokens: withSpecial,
    tokens: ids.map((id) => tokenizer.tokenOf(id)),
    decoded: tokenizer.decode(expected.ids),
    decoded_skip_special: tokenizer.decode(expected.ids, true),
    decoded_with_special_tokens: tokenizer.decode(expected.ids_with_special_tokens),
    ...(expected.prefix_decodes && { prefix_decodes: expected.ids.map((_, i) => tokenizer.decode(expected.ids.slice(0, i + 1))) }),
    streamed: streamed(tokenizer, expected.ids, false),
    streamed_skip_special: streamed(tokenizer, expected.ids, true),
  })
}

function streamed(tokenizer: Tokenizer, ids: readonly number[], skipSpecial: boolean): string {
  const stream = tokenizer.stream(skipSpecial)
  return ids.map((id) => stream.push(id)).join('') + stream.end()
}
