/** Where two texts differ, by words: each text in pieces, those that the other lacks marked. */
import { diffArrays } from 'diff'

export interface Piece {
  text: string
  /** The other text has nothing like it there. */
  own: boolean
}

/** Longer texts are not compared: it would take too long to be worth it. */
const LONGEST = 20_000

/** Words of any script, spaces and marks between them each a word, too. */
function wordsOf(text: string, locale: string): string[] {
  return Array.from(new Intl.Segmenter(locale, { granularity: 'word' }).segment(text), ({ segment }) => segment)
}

const piece = (text: string, own: boolean): Piece[] => (text === '' ? [] : [{ text, own }])

export function wordDifference(before: string, after: string, locale: string): { before: Piece[]; after: Piece[] } {
  const [a, b] = [before.trimEnd(), after.trimEnd()]
  if (a.length + b.length > LONGEST) return { before: piece(a, false), after: piece(b, false) }
  const parts = diffArrays(wordsOf(a, locale), wordsOf(b, locale))
  const side = (other: 'added' | 'removed') => parts.filter((part) => !part[other]).flatMap((part) => piece(part.value.join(''), part.added || part.removed))
  return { before: side('added'), after: side('removed') }
}
