/** Tokenizers against what Hugging Face's library made of the same files, and the rules around special tokens and streaming. */
import { describe, expect, test } from 'vitest'
import { Bpe } from '@/lib/text/bpe'
import { createTokenizer, specialFileSchema, tokenizerFileSchema } from '@/lib/text/hf'
import { casesOf, fileOf, fixtureNames, ownTokenizer } from './own-tokenizers'

describe.each(fixtureNames)('%s', (name) => {
  const tokenizer = ownTokenizer(name)

  test.each(casesOf(name))('encodes and decodes $text', (item) => {
    expect(tokenizer.encode(item.text)).toEqual(item.ids)
    expect(tokenizer.encode(item.text, true)).toEqual(item.with_special)
    if (item.decoded !== undefined) expect(tokenizer.decode(item.ids)).toBe(item.decoded)
    if (item.decoded_skip !== undefined) expect(tokenizer.decode(item.ids, true)).toBe(item.decoded_skip)
  })

  test.each(casesOf(name))('streams $text', (item) => {
    for (const skip of [false, true]) {
      const stream = tokenizer.stream(skip)
      const pieces = item.ids.map((id) => stream.push(id))
      expect(pieces.join('') + stream.end()).toBe(tokenizer.decode(item.ids, skip))
      // A piece never ends in half a character, which would decode to U+FFFD that the text does not hold.
      if (!item.text.includes('\ufffd')) expect(pieces.some((piece) => piece.includes('\ufffd'))).toBe(false)
    }
  })
})

describe('special tokens', () => {
  test('roles come from the configuration, then the map, and unknown ones get ids at the end', () => {
    const file = tokenizerFileSchema.parse(fileOf('gpt2'))
    const config = specialFileSchema.parse({ eos_token: { content: '</s>' }, pad_token: '<pad>' })
    const tokenizer = createTokenizer(file, config, specialFileSchema.parse({ bos_token: '<s>', eos_token: '<mask>' }))
    const bare = ownTokenizer('gpt2', {})
    expect(tokenizer.eos?.text).toBe('</s>')
    expect(tokenizer.bos?.text).toBe('<s>')
    expect(tokenizer.pad).toEqual({ text: '<pad>', id: bare.length })
    expect(tokenizer.encode('a<pad>b')).toContain(bare.length)
    expect(tokenizer.decode(tokenizer.encode('a<pad>b'), true)).toBe('ab')
    expect(bare.eos).toBeNull()
  })

  test('a word of the vocabulary that becomes special keeps its id', () => {
    const bare = ownTokenizer('gpt2', {})
    const word = bare.tokenOf(bare.baseLength - 1) ?? ''
    const tokenizer = bare.withTokens({ eos: word }, [], 'replace')
    expect(tokenizer.eos?.id).toBe(bare.baseLength - 1)
    expect(tokenizer.length).toBe(bare.length)
    expect(tokenizer.specialIds.has(bare.baseLength - 1)).toBe(true)
  })

  test('a declared flag of tokenizer_config.json wins over tokenizer.json', () => {
    const id = ownTokenizer('gpt2').idOf('<w>') ?? -1
    const config = specialFileSchema.parse({ added_tokens_decoder: { [id]: { content: '<w>', special: true } } })
    const tokenizer = createTokenizer(tokenizerFileSchema.parse(fileOf('gpt2')), config)
    expect(tokenizer.specialIds.has(id)).toBe(true)
    expect(tokenizer.encode('a<w>b')).toContain(id)
  })

  test('spaces before punctuation go only where the configuration asks for it', () => {
    const file = tokenizerFileSchema.parse(fileOf('gpt2'))
    const cleaning = createTokenizer(file, specialFileSchema.parse({ clean_up_tokenization_spaces: true }))
    const ids = cleaning.encode("do n't stop , now !")
    expect(cleaning.decode(ids)).toBe("don't stop, now!")
    expect(ownTokenizer('gpt2').decode(ids)).toBe("do n't stop , now !")
  })
})

describe('byte-pair encoding', () => {
  const letters = { a: 0, b: 1, c: 2, ab: 3, bc: 4, abc: 5, aa: 6 }

  test('merges the lowest rank first, the leftmost of equal ones', () => {
    const bpe = new Bpe({ vocab: letters, merges: ['b c', 'a b', 'a a', 'a bc'] })
    expect(bpe.encode('abc', false)).toEqual([5])
    expect(bpe.encode('aab', false)).toEqual([0, 3])
    expect(bpe.encode('aaa', false)).toEqual([6, 0])
  })

  test('long words come out as short ones do', () => {
    const bpe = new Bpe({ vocab: letters, merges: ['b c', 'a b', 'a a', 'a bc'] })
    const unit = [5, 3, 6, 0, 2]
    const words = 'abcabaaac'
    expect(bpe.encode(words, false)).toEqual(unit)
    expect(bpe.encode(words.repeat(40), false)).toEqual(Array.from({ length: 40 }, () => unit).flat())
  })

  test('unknown characters: fused, by bytes, or left out', () => {
    const vocab = { ...letters, '<unk>': 7, '<0xC3>': 8, '<0xA9>': 9 }
    expect(new Bpe({ vocab, merges: [], unk_token: '<unk>', fuse_unk: true }).encode('a??b', false)).toEqual([0, 7, 1])
    expect(new Bpe({ vocab, merges: [], unk_token: '<unk>' }).encode('a??b', false)).toEqual([0, 7, 7, 1])
    expect(new Bpe({ vocab, merges: [], unk_token: '<unk>', byte_fallback: true }).encode('aé€', false)).toEqual([0, 8, 9, 7])
    expect(new Bpe({ vocab: letters, merges: [] }).encode('a?b', false)).toEqual([0, 1])
  })

  test('a merge of tokens that the vocabulary lacks is refused by name', () => {
    expect(() => new Bpe({ vocab: letters, merges: ['a z'] })).toThrow('a z')
  })
})

test('ten thousand ids a second is far below what encoding and streaming reach', () => {
  const tokenizer = ownTokenizer('gpt2')
  const text = casesOf('gpt2').map((item) => item.text).join(' ').repeat(40)
  const start = performance.now()
  const ids = tokenizer.encode(text)
  const encoded = performance.now()
  const stream = tokenizer.stream(true)
  for (const id of ids.slice(0, 5000)) stream.push(id)
  expect(ids.length / (encoded - start)).toBeGreaterThan(10)
  expect(5000 / (performance.now() - encoded)).toBeGreaterThan(10)
})
