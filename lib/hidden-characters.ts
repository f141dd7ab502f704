/** Finds what a reader would not see in a text, or what would make it look like another: control characters, and marks of direction and width. */

/** `times` of one character that is not seen; `code` is its name in Unicode's manner. */
export interface HiddenRun {
  code: string
  times: number
}

/** C0 and C1 but for tab and line ends; zero-width space, direction marks, embeddings, overrides and isolates, word joiner, byte order mark. Joiners of scripts and emoji are left. */
const HIDDEN = /\r(?!\n)|([\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff])\1*/g

/** The text with its hidden characters as runs between the plain parts. */
export function hiddenRuns(text: string): (string | HiddenRun)[] {
  const runs: (string | HiddenRun)[] = []
  let from = 0
  for (const found of text.matchAll(HIDDEN)) {
    if (found.index > from) runs.push(text.slice(from, found.index))
    runs.push({ code: `U+${found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`, times: found[0].length })
    from = found.index + found[0].length
  }
  if (from < text.length) runs.push(text.slice(from))
  return runs
}
