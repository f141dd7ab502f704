/** Lines of `running_log.txt`, ours or LLaMA-Factory's, by level and by what they say. Pure. */
export const logLevels = ['all', 'WARNING', 'ERROR'] as const
export type LogLevel = (typeof logLevels)[number]

const ranks: Readonly<Record<string, number>> = { WARNING: 1, WARN: 1, ERROR: 2, CRITICAL: 2 }
const wanted: Readonly<Record<LogLevel, number>> = { all: 0, WARNING: 1, ERROR: 2 }

/** `[LEVEL|time] …`; a line without a level goes on with what the one before said. */
const levelled = /^\[([A-Z]+)\|/

export const linesOf = (text: string): string[] => (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')

/** How grave each line is. */
function ranksOf(lines: readonly string[]): number[] {
  let rank = 0
  return lines.map((line) => {
    const level = levelled.exec(line)?.[1]
    if (level !== undefined) rank = ranks[level] ?? 0
    return rank
  })
}

/** How grave one line is by itself, for its colour. */
export const levelOf = (line: string): LogLevel => {
  const rank = ranks[levelled.exec(line)?.[1] ?? ''] ?? 0
  return rank === 2 ? 'ERROR' : rank === 1 ? 'WARNING' : 'all'
}

/** The lines of a level and above that hold all the words, whatever their case. */
export function pickLines(lines: readonly string[], level: LogLevel, words: string): readonly string[] {
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean)
  if (level === 'all' && parts.length === 0) return lines
  const grave = ranksOf(lines)
  return lines.filter((line, index) => grave[index] >= wanted[level] && parts.every((part) => line.toLowerCase().includes(part)))
}
