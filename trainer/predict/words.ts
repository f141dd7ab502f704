/**
 * A text as words, cut as the Python package jieba 0.42.1 cuts it: LLaMA-Factory's ROUGE counts those. Dictionary and model are jieba's own, in
 * WebAssembly; what that port does otherwise is set right here.
 */
import { cut } from 'jieba-wasm'

/** Characters beyond the basic plane are a word each to jieba, whatever stands beside them. */
const BEYOND = /([\u{10000}-\u{10FFFF}])/u

/** Words of jieba's dictionary that its rule for Latin text would cut. */
const whole = new Set(['AT&T', 'c#', 'C#', 'c++', 'C++'])
const isLatin = (word: string): boolean => /^[a-zA-Z0-9+#&._%-]+$/.test(word) && !whole.has(word)

/** A number or word, and what stands between them (`finalseg.re_skip`): `GPT-3` is three, where the port says one. */
const cutLatin = (text: string): string[] => text.split(/([a-zA-Z0-9]+(?:\.\d+)?%?)/).filter((part) => part !== '')

export function jiebaWords(text: string): string[] {
  const words: string[] = []
  let latin = ''
  const endLatin = () => {
    words.push(...cutLatin(latin))
    latin = ''
  }
  for (const word of text.split(BEYOND).flatMap((part) => (part === '' || BEYOND.test(part) ? part : cut(part, true)))) {
    if (isLatin(word)) latin += word
    else {
      endLatin()
      if (word !== '') words.push(word)
    }
  }
  endLatin()
  return words
}
