/** Scores of predictions against those of nltk, rouge-chinese and jieba, on texts made to be awkward: sentence ends, blanks, rare characters, Latin runs. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { rowAccuracy } from '@/lib/metrics/accuracy'
import { bleu4 } from '@/lib/metrics/bleu'
import { similarity, type Similarity } from '@/lib/metrics/similarity'
import { jiebaWords } from '@/trainer/predict/words'

const { words, pairs } = JSON.parse(readFileSync(new URL('../fixtures/metrics.json', import.meta.url), 'utf8')) as {
  words: [string, string[]][]
  pairs: [string, string, Similarity][]
}

test.each(words)('%j is cut into words as jieba cuts it', (text, expected) => {
  expect(jiebaWords(text)).toEqual(expected)
})

test.each(pairs)('%j against %j scores what the reference gives it', (prediction, label, expected) => {
  expect(similarity(prediction, label, jiebaWords)).toEqual(expected)
})

test('counts characters, not UTF-16 units', () => {
  expect(bleu4('😀😀', '😀😀')).toBe(bleu4('ab', 'ab'))
})

test('accuracy asks only positions with a label, and none for the first token', () => {
  expect(rowAccuracy([7, 8, 0, 1], [7, 7, -100, 9])).toBe(0.5)
})
