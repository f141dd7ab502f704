/**
 * How the set-up speaks: a line per step, a meter for what takes long, and the one error class for faults of the machine. All of it on
 * standard error, because standard output belongs to the command that follows.
 */

/** A fault that the reader can mend: its message is the one sentence they see. */
export class Failure extends Error {
  constructor(sentence, exitCode = 2) {
    super(sentence)
    this.name = 'Failure'
    this.exitCode = exitCode
  }
}

export function say(line) {
  process.stderr.write(`${line}\n`)
}

/** Runs a step under its name and says how long it took. */
export async function step(name, work) {
  say(`• ${name} …`)
  const start = Date.now()
  const result = await work()
  say(`  done in ${((Date.now() - start) / 1000).toFixed(1)} s`)
  return result
}

/**
 * A meter for `total` units (bytes of a download): a line that rewrites itself on a terminal, a new line every tenth elsewhere.
 * @returns at(done): draws the state; the last call completes the line.
 */
export function meter(label, total, out = process.stderr) {
  let shown = -1
  return (done) => {
    const percent = Math.min(100, Math.floor((100 * done) / total))
    const mark = out.isTTY ? percent : percent - (percent % 10)
    if (mark <= shown) return
    shown = mark
    const text = `  ${label}: ${mark} % of ${megabytes(total)}`
    out.write(out.isTTY ? `\r${text}${mark === 100 ? '\n' : ''}` : `${text}\n`)
  }
}

export function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`
}

/** The line of a tool's output that says what went wrong, for the end of a sentence: the last one that speaks of an error, without stack traces. */
export function lastLine(text) {
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line && !/^(at |Emitted )/.test(line))
  const error = lines.findLast((line) => /error/i.test(line))
  return (error ?? lines.at(-1) ?? 'no output').replace(/^(ERROR|npm error|error):?\s*/i, '').replace(/\.$/, '').slice(0, 300)
}
