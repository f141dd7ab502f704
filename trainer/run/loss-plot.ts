/**
 * The picture of a curve that a run leaves behind (`training_loss.svg`): the raw values, and the same smoothed as TensorBoard smooths.
 * Not the live chart, which is drawn in the page.
 */

/** Exponential moving average whose weight grows with the number of points (LLaMA-Factory's `smooth`, after TensorBoard). */
export function smooth(values: readonly number[]): number[] {
  const weight = 1.8 * (1 / (1 + Math.exp(-0.05 * values.length)) - 0.5)
  let last = values[0]
  return values.map((value) => (last = last * weight + (1 - weight) * value))
}

const box = { width: 640, height: 400, left: 64, right: 16, top: 32, bottom: 44 }

/** Ticks at 1, 2 or 5 times a power of ten, about `count` of them within [low, high]. */
export function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

function padded(values: readonly number[]): [number, number] {
  const low = Math.min(...values)
  const high = Math.max(...values)
  const room = (high - low) * 0.05 || Math.abs(high) * 0.05 || 1
  return [low - room, high + room]
}

const escape = (text: string) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c)

export interface Curve {
  title: string
  label: string
  steps: readonly number[]
  values: readonly number[]
}

/** SVG text of a curve with at least one finite point. */
export function plotCurve(curve: Curve): string {
  const [x0, x1] = padded(curve.steps)
  const [y0, y1] = padded(curve.values)
  const x = (step: number) => (box.left + ((step - x0) / (x1 - x0)) * (box.width - box.left - box.right)).toFixed(1)
  const y = (value: number) => (box.height - box.bottom - ((value - y0) / (y1 - y0)) * (box.height - box.top - box.bottom)).toFixed(1)
  const line = (values: readonly number[], opacity: number) =>
    `<polyline fill="none" stroke="#1f77b4" stroke-width="1.5" stroke-opacity="${opacity}" points="${values.map((value, i) => `${x(curve.steps[i])},${y(value)}`).join(' ')}"/>`
  const right = box.width - box.right
  const floor = box.height - box.bottom
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${box.width} ${box.height}" font-family="sans-serif" font-size="12" fill="#444">`,
    `<rect width="${box.width}" height="${box.height}" fill="#fff"/>`,
    `<text x="${box.width / 2}" y="20" text-anchor="middle">${escape(curve.title)}</text>`,
    ...ticks(y0, y1, 6).map((value) => `<path d="M${box.left} ${y(value)}H${right}" stroke="#e5e5e5"/><text x="${box.left - 6}" y="${y(value)}" dy="4" text-anchor="end">${value}</text>`),
    ...ticks(x0, x1, 8).map((step) => `<text x="${x(step)}" y="${floor + 16}" text-anchor="middle">${step}</text>`),
    `<path d="M${box.left} ${box.top}V${floor}H${right}" fill="none" stroke="#888"/>`,
    line(curve.values, 0.4),
    line(smooth(curve.values), 1),
    `<text x="${(box.left + right) / 2}" y="${box.height - 8}" text-anchor="middle">step</text>`,
    `<text x="14" y="${(box.top + floor) / 2}" text-anchor="middle" transform="rotate(-90 14 ${(box.top + floor) / 2})">${escape(curve.label)}</text>`,
    '</svg>\n',
  ].join('\n')
}
