/**
 * Follows a file that another process writes: hands on what was appended since the last look, and notices when the file was cut back or
 * replaced. It only looks when it is told to; when that is, and what the bytes mean, is for `run-view` to say.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { isMissing } from '@/server/files'

export interface FileFollower {
  /** Reads on. Returns the new bytes, and whether the file began anew, so that what was read before no longer holds. */
  look(): { restarted: boolean; bytes: Buffer }
}

/** Bytes before the offset that must still be there; a file cut back and grown past it again is told by them. */
const anchorBytes = 64

interface Place {
  inode: number
  offset: number
  anchor: Buffer
}

function readAt(fd: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let done = 0
  while (done < length) {
    const count = readSync(fd, bytes, done, length - done, from + done)
    if (count === 0) break // cut while we read
    done += count
  }
  return bytes.subarray(0, done)
}

const goesOn = (fd: number, inode: number, size: number, { inode: was, offset, anchor }: Place): boolean =>
  inode === was && size >= offset && readAt(fd, offset - anchor.length, anchor.length).equals(anchor)

/** `lastBytes` bounds what is read of a file that is already long: a follower of it begins that far before its end. */
export function followFile(file: string, lastBytes = Infinity): FileFollower {
  let place: Place | null = null

  const lookAt = (fd: number) => {
    const { ino: inode, size } = fstatSync(fd)
    const restarted = place !== null && !goesOn(fd, inode, size, place)
    const from = place === null || restarted ? Math.max(0, size - lastBytes) : place.offset
    const bytes = readAt(fd, from, size - from)
    const known = place === null || restarted ? bytes : Buffer.concat([place.anchor, bytes])
    place = { inode, offset: from + bytes.length, anchor: Buffer.from(known.subarray(-anchorBytes)) }
    return { restarted, bytes }
  }

  return {
    look() {
      let fd: number
      try {
        fd = openSync(file, 'r')
      } catch (error) {
        if (!isMissing(error)) throw error
        const restarted = place !== null
        place = null
        return { restarted, bytes: Buffer.alloc(0) }
      }
      try {
        return lookAt(fd)
      } finally {
        closeSync(fd)
      }
    },
  }
}
