/**
 * ROUGE-1, ROUGE-2 and ROUGE-L (F) of one prediction over its words, as the package rouge-chinese 1.0.3 computes them for LLaMA-Factory. How a text
 * becomes words is the caller's.
 */

export interface Rouge {
  'rouge-1': number
  'rouge-2': number
  'rouge-l': number
}

const NOTHING: Rouge = { 'rouge-1': 0, 'rouge-2': 0, 'rouge-l': 0 }

/** What Python's `str.split()` splits at; JavaScript's `\s` also takes the byte order mark and leaves out six controls. */
const SPACE = /[^\S\ufeff]|[\x1c-\x1f\x85]/

const pySplit = (text: string): string[] => text.split(SPACE).filter((word) => word !== '')

/** Where the package begins a new sentence. A sentence of white space alone becomes one empty word there, so it counts here. */
const sentenceEnds: readonly [RegExp, string][] = [
  [/([。！？?])([^”’])/gu, '$1\n$2'],
  [/(\.{6})([^”’])/gu, '$1\n$2'],
  [/(…{2})([^”’])/gu, '$1\n$2'],
  [/([。！？?][”’])([^，。！？?])/gu, '$1\n$2'],
]

function counted(words: readonly string[]): string[] {
  const text = sentenceEnds.reduce((whole, [pattern, replacement]) => whole.replace(pattern, replacement), words.join(' '))
  return trimEnd(text).split('\n').filter((sentence) => sentence !== '').flatMap((sentence) => pySplit(sentence).join(' ').split(' '))
}

function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && SPACE.test(text[end - 1])) end--
  return text.slice(0, end)
}

/** Each between 0 and 1; all 0 where a side has no word. */
export function rouge(prediction: readonly string[], label: readonly string[]): Rouge {
  if ([prediction, label].some((words) => pySplit(words.join(' ')).length === 0)) return NOTHING
  const [own, other] = [counted(prediction), counted(label)]
  return { 'rouge-1': overlap(own, other, 1), 'rouge-2': overlap(own, other, 2), 'rouge-l': harmonic(longestCommon(own, other), own.length, other.length) }
}

/** Of n-grams as sets: what repeats counts once. */
function overlap(own: readonly string[], other: readonly string[], order: number): number {
  const grams = (words: readonly string[]) => new Set(Array.from({ length: Math.max(0, words.length - order + 1) }, (_, at) => words.slice(at, at + order).join('\n')))
  const [ours, theirs] = [grams(own), grams(other)]
  return harmonic([...ours].filter((gram) => theirs.has(gram)).length, ours.size, theirs.size)
}

function harmonic(common: number, own: number, other: number): number {
  const precision = own === 0 ? 0 : common / own
  const recall = other === 0 ? 0 : common / other
  return 2 * ((precision * recall) / (precision + recall + 1e-8))
}

/** Length of the longest common subsequence. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let before = new Uint32Array(b.length + 1)
  for (const word of a) {
    const row = new Uint32Array(b.length + 1)
    for (let j = 1; j <= b.length; j++) row[j] = word === b[j - 1] ? before[j - 1] + 1 : Math.max(before[j], row[j - 1])
    before = row
  }
  return before[b.length]
}
