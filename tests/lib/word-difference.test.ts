/** Differences by words: both sides together give the texts back, and only what the other lacks is marked. */
import { expect, test } from 'vitest'
import { wordDifference, type Piece } from '@/lib/word-difference'

const text = (pieces: readonly Piece[]) => pieces.map((piece) => piece.text).join('')
const own = (pieces: readonly Piece[]) => pieces.filter((piece) => piece.own).map((piece) => piece.text)

test.each([
  ['I am Nova.', 'I am Tuneboard.', 'en', ['Nova'], ['Tuneboard']],
  ['我喜欢苹果。', '我喜欢香蕉。', 'zh', ['苹果'], ['香蕉']],
  ['Same.', 'Same.\n', 'en', [], []],
  ['', 'New words', 'en', [], ['New words']],
  ['Gone', '', 'en', ['Gone'], []],
])('%j → %j', (before, after, locale, removed, added) => {
  const found = wordDifference(before, after, locale)
  expect([text(found.before), text(found.after)]).toEqual([before.trimEnd(), after.trimEnd()])
  expect([own(found.before), own(found.after)]).toEqual([removed, added])
})

test('very long texts are left unmarked', () => {
  const found = wordDifference('a '.repeat(20_000), 'b', 'en')
  expect(own(found.before)).toEqual([])
})
