/** Names of datasets: what may be one, and one made of a file's name. A name stands in lists with commas, so it has none. */
const allowed = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}._ ()+-]{0,99}$/u

export const isDatasetName = (name: string): boolean => allowed.test(name) && name.trim() === name

/** The file's name without its endings, as a name that is not taken. */
export function freeName(path: string, taken: readonly string[]): string {
  const file = path.split(/[\\/]/).filter(Boolean).at(-1) ?? ''
  const stem = file.replace(/(\.[a-z0-9]{1,7})+$/i, '').replace(/[^\p{L}\p{N}\p{M}._ ()+-]+/gu, '_').replace(/^[^\p{L}\p{N}_]+/u, '').slice(0, 80).trim() || 'dataset'
  for (let i = 1; ; i++) {
    const name = i === 1 ? stem : `${stem}_${i}`
    if (!taken.includes(name)) return name
  }
}

const KEPT = 120

/** A file's name as it may lie on any disk: no folders, no control or direction marks, nothing hidden; a long one loses its middle, not its endings. */
export function safeFileName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? ''
  const plain = last.normalize('NFC').replace(/[\p{C}<>:"|?*]+/gu, '_').replace(/^[.\s]+/, '').trim()
  const endings = /(\.[A-Za-z0-9]{1,8}){1,2}$/.exec(plain)?.[0] ?? ''
  const stem = plain.slice(0, plain.length - endings.length)
  return `${shortened(stem) || 'upload'}${endings.toLowerCase()}`
}

/** At most `KEPT` bytes of UTF-8, whole characters: file systems count bytes. */
function shortened(stem: string): string {
  let bytes = 0
  let kept = ''
  for (const char of stem) {
    bytes += new TextEncoder().encode(char).length
    if (bytes > KEPT) break
    kept += char
  }
  return kept
}

/** `name`, or with a number before its endings the first that is not taken. */
export function numberedName(name: string, number: number): string {
  if (number === 1) return name
  const at = name.indexOf('.')
  return at === -1 ? `${name}_${number}` : `${name.slice(0, at)}_${number}${name.slice(at)}`
}
