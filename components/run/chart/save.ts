/** A figure as a file: its drawing as SVG or PNG with the page's colours in it, its numbers as CSV. */
import type { PlotLine } from '@/components/run/chart/lines'
import type { Axis } from '@/lib/curves'

/** What a drawing takes from the page's styles. */
const styled = ['stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray', 'fill', 'font-size', 'font-family'] as const

const CAPTION = 26

/** A copy of a drawing that needs no page: styles written out, with a title, on the page's background. */
export function standalone(svg: SVGSVGElement, title: string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement
  const [originals, copies] = [svg, copy].map((root) => [...root.querySelectorAll<SVGElement>('*')])
  originals.forEach((original, index) => {
    const style = getComputedStyle(original)
    for (const name of styled) copies[index].setAttribute(name, style.getPropertyValue(name))
    copies[index].removeAttribute('class')
  })
  const { width, height } = svg.getBoundingClientRect()
  const root = getComputedStyle(document.body)
  const background = getComputedStyle(document.documentElement).getPropertyValue('--surface')
  const caption = `<rect width="100%" height="100%" fill="${background}"/><text x="12" y="18" font-family="${root.fontFamily.replaceAll('"', "'")}" font-size="13" font-weight="600" fill="${root.color}">${escaped(title)}</text>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + CAPTION}">${caption}<g transform="translate(0 ${CAPTION})">${new XMLSerializer().serializeToString(copy)}</g></svg>`
}

const escaped = (text: string): string => text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? sign)

/** Twice the size on the screen, for print. */
const SCALE = 2

export async function toPng(svg: string): Promise<Blob> {
  const image = new Image()
  image.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = image.width * SCALE
  canvas.height = image.height * SCALE
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  URL.revokeObjectURL(image.src)
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the drawing cannot be made a picture')))))
}

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** All points of all lines, a column each, over the axis that is shown. */
export function toCsv(lines: readonly PlotLine[], axis: Axis): string {
  const rows = new Map<number, (number | '')[]>()
  lines.forEach(({ curve: { x, y } }, column) => {
    x.forEach((place, index) => {
      const row = rows.get(place) ?? lines.map((): number | '' => '')
      row[column] = y[index]
      rows.set(place, row)
    })
  })
  const body = [...rows].sort(([a], [b]) => a - b).map(([place, values]) => [place, ...values].join(','))
  return `${[[axis, ...lines.map(({ name }) => quoted(name))].join(','), ...body].join('\n')}\n`
}

export function keep(name: string, content: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
