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
