/**
 * Pictures of the page, compared. Kept at half the width and height, each pixel the mean of four, so that how a machine smooths its letters hardly counts; what
 * moved, came, went or changed its colour does: too many differing pixels close together. Leaves out taking them.
 */
import { encode } from 'fast-png'
import pixelmatch from 'pixelmatch'
import { PNG } from 'pngjs'

export interface Picture {
  width: number
  height: number
  /** RGBA. */
  data: Uint8Array
}

/** How far two colours may lie apart: 1 is from black to white. */
const threshold = 0.05
/** Side of the square, in pixels of the kept picture, in which differing ones are counted, and how many of them are too many. */
const windowSize = 24
const tooMany = 14
/** Most colours of a file. */
const paletteSize = 256
/** Of the steps that a colour's channels may be rounded to. */
const coarsest = 16

/** Half as wide and half as high. */
export function shrink(png: Buffer): Picture {
  const { width, height, data } = PNG.sync.read(png)
  const half: Picture = { width: width >> 1, height: height >> 1, data: new Uint8Array((width >> 1) * (height >> 1) * 4) }
  for (let y = 0, to = 0; y < half.height; y++) {
    for (let x = 0, from = 2 * y * width * 4; x < half.width; x++, from += 4) {
      for (let channel = 0; channel < 4; channel++, from++, to++) {
        const below = from + width * 4
        half.data[to] = (data[from] + data[from + 4] + data[below] + data[below + 4] + 2) >> 2
      }
    }
  }
  return half
}

/** A small file: of few colours, the most frequent ones exactly, the others as near as `step` allows. */
export function write(picture: Picture, step = 8): Uint8Array {
  const { width, height, data } = picture
  const counts = new Map<number, number>()
  const colourAt = (at: number) => (data[at] << 16) | (data[at + 1] << 8) | data[at + 2]
  for (let at = 0; at < data.length; at += 4) counts.set(colourAt(at), (counts.get(colourAt(at)) ?? 0) + 1)
  const frequent = new Set([...counts].filter(([, count]) => count > 400).map(([colour]) => colour))
  const rounded = (value: number) => Math.min(255, Math.round(value / step) * step)
  const near = (colour: number) => (frequent.has(colour) ? colour : (rounded(colour >> 16) << 16) | (rounded((colour >> 8) & 255) << 8) | rounded(colour & 255))
  const palette = new Map<number, number>()
  const indices = new Uint8Array(width * height)
  for (let pixel = 0; pixel < indices.length; pixel++) {
    const colour = near(colourAt(pixel * 4))
    if (!palette.has(colour)) palette.set(colour, palette.size)
    indices[pixel] = palette.get(colour) ?? 0
  }
  // Coarser steps would themselves be a difference.
  if (palette.size > paletteSize) return step < coarsest ? write(picture, step * 2) : encode({ width, height, data: data.filter((_, at) => at % 4 !== 3), depth: 8, channels: 3 }, { zlib: { level: 9 } })
  return encode({ width, height, data: indices, depth: 8, channels: 1, palette: [...palette.keys()].map((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]) }, { zlib: { level: 9 } })
}

export const read = (file: Buffer): Picture => PNG.sync.read(file)

/** In words what is different, and a picture of it; null where the two look alike. */
export function differs(expected: Picture, actual: Picture): { why: string; shown: Picture | null } | null {
  const { width, height } = expected
  if (width !== actual.width || height !== actual.height) return { why: `it is ${actual.width} × ${actual.height}, and was ${width} × ${height}`, shown: null }
  const shown: Picture = { width, height, data: new Uint8Array(width * height * 4) }
  const most = pixelmatch(expected.data, actual.data, shown.data, width, height, { threshold, windowSize, includeAA: true })
  return most <= tooMany ? null : { why: `${most} of the ${windowSize} × ${windowSize} pixels at one place are others`, shown }
}
