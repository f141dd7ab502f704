/** Patterns of data files as fsspec reads them, which is how the `datasets` library resolves a card's `data_files`. */

function partSource(part: string): string {
  let source = ''
  for (let i = 0; i < part.length; i++) {
    const end = part[i] === '[' ? part.indexOf(']', i + 2) : -1
    if (part[i] === '*') source += '[^/]*'
    else if (part[i] === '?') source += '[^/]'
    else if (end > 0) {
      source += `[${part.slice(i + 1, end).replace(/^!/, '^').replaceAll('\\', '\\\\')}]`
      i = end
    } else source += part[i].replace(/[\\^$.|+(){}[\]]/, '\\$&')
  }
  return source
}

/** `**` as a whole part stands for any folders, none included. */
export function globPattern(glob: string): RegExp {
  const parts = glob.split('/')
  const source = parts.map((part, i) => {
    const last = i === parts.length - 1
    if (part === '**') return last ? '.*' : '(?:.+/)?'
    return partSource(part.replaceAll('**', '*')) + (last ? '' : '/')
  })
  return new RegExp(`^${source.join('')}$`)
}

const countParts = (path: string, wanted: (part: string) => boolean) => path.split('/').filter(wanted).length
const isHidden = (part: string) => part.startsWith('.') && part !== '.' && part !== '..'
const isSpecial = (part: string) => part.startsWith('__')
const parent = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** Files that a pattern means, in order; hidden ones and those in `__folders__` only where the pattern names such. */
export function matchFiles(files: readonly string[], glob: string): string[] {
  const pattern = globPattern(glob)
  const hidden = countParts(glob, isHidden)
  const special = countParts(parent(glob), isSpecial)
  return files.filter((file) => pattern.test(file) && countParts(file, isHidden) === hidden && countParts(parent(file), isSpecial) === special).sort()
}
