/** A file of lines that grows, read by places: of each line only where it lies is kept. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'

interface Line {
  from: number
  length: number
}

/** Looked at anew before each question. */
export class GrowingLines {
  readonly lines: Line[] = []
  private size = 0
  private identity = ''

  constructor(private readonly file: string) {}

  /** Calls `see` with each line that is new. False when the file is another one, so that what was seen is void. */
  look(see: (text: string) => void): boolean {
    const stat = statSync(this.file, { throwIfNoEntry: false })
    const identity = stat ? String(stat.ino) : ''
    const same = identity === this.identity && (stat?.size ?? 0) >= this.size
    if (!same) {
      this.lines.length = 0
      ;[this.size, this.identity] = [0, identity]
    }
    if (stat && stat.size > this.size) this.add(this.bytes({ from: this.size, length: stat.size - this.size }), see)
    return same
  }

  private add(fresh: Buffer, see: (text: string) => void): void {
    for (let from = 0, end = fresh.indexOf(0x0a); end !== -1; from = end + 1, end = fresh.indexOf(0x0a, from)) {
      this.lines.push({ from: this.size, length: end - from })
      this.size += end - from + 1
      see(fresh.toString('utf8', from, end))
    }
  }

  text(place: number): string {
    return this.bytes(this.lines[place]).toString('utf8')
  }

  private bytes({ from, length }: Line): Buffer {
    const buffer = Buffer.alloc(length)
    const fd = openSync(this.file, 'r')
    try {
      readSync(fd, buffer, 0, length, from)
    } finally {
      closeSync(fd)
    }
    return buffer
  }
}
