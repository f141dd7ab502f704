/** The byte-pair trainer on texts small enough to follow by hand, and the starter's tokenizer as the project reads it. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { byteAlphabet, trainBpe, type BpeOptions } from '@/tools/starter/bpe'
import { modelFiles, starterBpe } from '@/tools/starter/make-tokenizer'
import { starterFolder } from '@/tools/starter/paths'
import { architecture } from '@/tools/starter/recipe'
import { takeConversations } from '@/tools/starter/text'

const options: BpeOptions = { size: 300, longest: 12, longestBeyondAscii: 3, leastCount: 2 }
const merged = (texts: string[], overrides: Partial<BpeOptions> = {}): string[] => trainBpe(texts, { ...options, ...overrides }).merges.map((pair) => pair.join('|'))

describe('byte-pair training', () => {
  it('merges the most frequent pair first, and equals by their text', () => {
    expect(merged(['abab', 'ab', 'cd', 'cd'])).toEqual(['a|b', 'c|d'])
  })

  it('merges upon merges, without crossing words', () => {
    expect(merged(['lower lower lower'])).toEqual(['e|r', 'l|o', 'lo|w', 'low|er', 'Ġ|lower'])
  })

  it('counts runs of one letter without overlap', () => expect(merged(['aaaa', 'aaaa'])).toEqual(['a|a', 'aa|aa']))
  it('keeps digits apart', () => expect(merged(['1212', '1212', '1212'])).toEqual([]))
  it('makes one token of a Chinese character, never of two', () => {
    const { tokens, merges } = trainBpe(['你好你好你好'], options)
    const spelled = (text: string): string => [...Buffer.from(text)].map((byte) => byteAlphabet[byte]).join('')
    expect(tokens).toContain(spelled('你'))
    expect(tokens).not.toContain(spelled('你好'))
    expect(merges).toHaveLength(4)
  })
  it('stops at its size and below its least count', () => {
    expect(trainBpe(['abcdef abcdef'], { ...options, size: 258 }).tokens).toHaveLength(258)
    expect(merged(['ab', 'cd'])).toEqual([])
  })
  it('has one letter per byte', () => expect(new Set(byteAlphabet).size).toBe(256))
})

describe('the starter tokenizer', () => {
  it('comes out the same twice', () => {
    expect(modelFiles(starterBpe(300))).toEqual(modelFiles(starterBpe(300)))
  })

  it('gives back every conversation unchanged', async () => {
    const tokenizer = await loadTokenizer(starterFolder)
    for (const { system, turns } of takeConversations(123, 300))
      for (const text of [system, ...turns.flatMap(({ user, assistant }) => [user, assistant])]) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
    const foreign = 'Ça va? 🌍 Привет — “quotes”\n\tend'
    expect(tokenizer.decode(tokenizer.encode(foreign))).toBe(foreign)
  })

  it('fits the model, stops where ChatML stops, and splits digits', async () => {
    const tokenizer = await loadTokenizer(starterFolder)
    expect(tokenizer.length).toBeLessThanOrEqual(architecture.vocab_size)
    expect(tokenizer.eos?.text).toBe('<|im_end|>')
    expect(tokenizer.pad?.text).toBe('<|endoftext|>')
    expect(tokenizer.encode('1234')).toHaveLength(4)
    expect(tokenizer.encode('<|im_start|>user\n')).toHaveLength(3)
  })

  it('ships the config of the recipe', () => {
    const config: unknown = JSON.parse(readFileSync(path.join(starterFolder, 'config.json'), 'utf8'))
    expect(config).toMatchObject(architecture)
  })
})
