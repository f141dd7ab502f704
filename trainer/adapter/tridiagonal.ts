/**
 * Eigenvalues of a symmetric tridiagonal matrix with the last numbers of their vectors, in a time that grows with its size squared, and whole vectors of a few
 * of them (Numerical Recipes' `tqli`, of which one row is kept; inverse iteration). Leaves out what is not needed of either.
 */

export interface Tridiagonal {
  diagonal: readonly number[]
  /** Beside the diagonal, one less. */
  beside: readonly number[]
}

/** Descending by value. */
export function eigenvalues({ diagonal, beside }: Tridiagonal): { value: number; last: number }[] {
  const size = diagonal.length
  const [d, e, z] = [Float64Array.from(diagonal), Float64Array.from([...beside, 0]), new Float64Array(size)]
  z[size - 1] = 1
  for (let l = 0; l < size; l++) {
    for (let m = smallFrom(d, e, l); m !== l; m = smallFrom(d, e, l)) turn(d, e, z, l, m)
  }
  return [...d].map((value, i) => ({ value, last: z[i] })).sort((a, b) => b.value - a.value)
}

/** The first place from `l` on beside which there is nothing. */
function smallFrom(d: Float64Array, e: Float64Array, l: number): number {
  let m = l
  while (m < d.length - 1 && Math.abs(e[m]) > Number.EPSILON * (Math.abs(d[m]) + Math.abs(d[m + 1])) && Math.abs(e[m]) > Number.MIN_VALUE) m++
  return m
}

/** One implicit QL step on the rows from `l` to `m`. */
function turn(d: Float64Array, e: Float64Array, z: Float64Array, l: number, m: number): void {
  let g = (d[l + 1] - d[l]) / (2 * e[l])
  let r = Math.hypot(g, 1)
  g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r))
  let [s, c, p] = [1, 1, 0]
  for (let i = m - 1; i >= l; i--) {
    const [f, b] = [s * e[i], c * e[i]]
    r = Math.hypot(f, g)
    e[i + 1] = r
    if (r === 0) {
      d[i + 1] -= p
      e[m] = 0
      return
    }
    s = f / r
    c = g / r
    g = d[i + 1] - p
    r = (d[i] - g) * s + 2 * c * b
    p = s * r
    d[i + 1] = g + p
    g = c * r - b
    const [low, high] = [z[i], z[i + 1]]
    z[i + 1] = s * low + c * high
    z[i] = c * low - s * high
  }
  d[l] -= p
  e[l] = g
  e[m] = 0
}

/** Unit vectors of the given eigenvalues, at right angles, also where values are equal. */
export function eigenvectors(matrix: Tridiagonal, values: readonly number[], draw: () => number): Float64Array[] {
  const found: Float64Array[] = []
  for (const value of values) {
    let x: Float64Array = Float64Array.from(matrix.diagonal, () => draw() - 0.5)
    for (let time = 0; time < 3; time++) {
      x = solved(matrix, value, x)
      for (const other of found) {
        const share = x.reduce((sum, one, i) => sum + one * other[i], 0)
        x.forEach((one, i) => (x[i] = one - share * other[i]))
      }
      const length = Math.hypot(...x)
      x = x.map((one) => one / length)
    }
    found.push(x)
  }
  return found
}

/** (matrix − value)⁻¹ · x by elimination, rows exchanged where that is steadier; a pivot of nothing counts as next to nothing. */
function solved({ diagonal, beside }: Tridiagonal, value: number, x: Float64Array): Float64Array {
  const size = diagonal.length
  const tiny = Number.EPSILON * (Math.max(...diagonal.map(Math.abs), ...beside.map(Math.abs)) || 1)
  const [pivot, next, after, right] = [new Float64Array(size), new Float64Array(size), new Float64Array(size), x.slice()]
  let [p, q] = [diagonal[0] - value, beside[0] ?? 0]
  for (let i = 0; i < size - 1; i++) {
    const [below, own, beyond] = [beside[i], diagonal[i + 1] - value, beside[i + 1] ?? 0]
    if (Math.abs(p) >= Math.abs(below)) {
      if (p === 0) p = tiny
      const factor = below / p
      ;[pivot[i], next[i], after[i]] = [p, q, 0]
      right[i + 1] -= factor * right[i]
      ;[p, q] = [own - factor * q, beyond]
    } else {
      const factor = p / below
      ;[pivot[i], next[i], after[i]] = [below, own, beyond]
      ;[right[i], right[i + 1]] = [right[i + 1], right[i] - factor * right[i + 1]]
      ;[p, q] = [q - factor * own, -factor * beyond]
    }
  }
  pivot[size - 1] = Math.abs(p) < tiny ? tiny : p
  for (let i = size - 1; i >= 0; i--) {
    right[i] = (right[i] - (next[i] ?? 0) * (right[i + 1] ?? 0) - after[i] * (right[i + 2] ?? 0)) / pivot[i]
  }
  return right
}
