/** Lines and columns of a file for its faults, found by counting when one is told. */
import type { FileHandle } from 'node:fs/promises'
import { NEWLINE } from '@/trainer/rows/format'

interface Place {
  line: number
  column: number
}

const PIECE = 1024 * 1024

/**
 * Gives the place in the file (from 1, columns in UTF-16 units) of a place in the text that begins at `offset`. What was counted once is not
 * counted again for a later offset.
 */
export function lineCounter(file: FileHandle): (offset: number, inText: Place) => Promise<Place> {
  let counted = { offset: 0, line: 1, start: 0 }
  return async (offset, inText) => {
    if (offset < counted.offset) counted = { offset: 0, line: 1, start: 0 }
    let { line, start } = counted
    for (let at = counted.offset; at < offset; at += PIECE) {
      const bytes = await pieceOf(file, at, Math.min(PIECE, offset - at))
      for (let newline = bytes.indexOf(NEWLINE); newline >= 0; newline = bytes.indexOf(NEWLINE, newline + 1)) {
        line++
        start = at + newline + 1
      }
    }
    counted = { offset, line, start }
    if (inText.line > 1) return { line: line + inText.line - 1, column: inText.column }
    const before = await pieceOf(file, start, Math.min(offset - start, PIECE))
    return { line, column: before.toString('utf8').replace(/^\ufeff/, '').length + inText.column }
  }
}

async function pieceOf(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  await file.read(bytes, 0, length, at)
  return bytes
}
