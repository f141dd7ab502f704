/**
 * The largest singular values of a matrix and their vectors, by Golub and Kahan's bidiagonalisation from a vector of our own (Golub and Van Loan, "Matrix Computations",
 * 10.4): as exact as float64 makes them, in about the time in which a randomised method only comes near, and the same on every machine. All numbers are kept orthogonal
 * to all before them; what they make of the matrix is tridiagonal.ts's.
 */
import { eigenvalues, eigenvectors, type Tridiagonal } from '@/trainer/adapter/tridiagonal'
import { sequence } from '@/trainer/random'

export interface Singular {
  /** Descending. */
  values: number[]
  /** Of length `rows`, one per value; nothing where the value is nothing, on the longer side. */
  left: Float64Array[]
  /** Of length `columns`. */
  right: Float64Array[]
}

/** Of what the largest value is: how far from being a pair of singular vectors one may be. */
const tolerance = 1e-9

/** Steps before the first look at what has been found, beside those that are wanted, and between two. */
const between = 16

/**
 * @param data [rows, columns], row by row
 * @param count at most the smaller of both
 */
export function largestSingular(data: Float32Array, [rows, columns]: readonly [number, number], count: number): Singular {
  const most = Math.min(rows, columns)
  // From the shorter side: its vectors are all found in the end.
  const tall = rows >= columns
  const [ahead, back] = tall ? [times, timesTransposed] : [timesTransposed, times]
  const draw = sequence(0, 0)
  const [left, right, alphas, betas]: [Float64Array[], Float64Array[], number[], number[]] = [[], [], [], []]
  /** Whether a direction had to be drawn anew: then what is small so far says nothing of what is left. */
  let broken = false
  let look = count + between
  const direction = (found: Float64Array, others: readonly Float64Array[]): { vector: Float64Array; length: number } => {
    cleanse(found, others)
    const length = norm(found)
    if (length > 1e-13 * (alphas[0] ?? 0)) return { vector: scaled(found, 1 / length), length }
    broken = others.length > 0
    const anew = Float64Array.from(found, () => draw() - 0.5)
    cleanse(anew, others)
    return { vector: scaled(anew, 1 / norm(anew)), length: 0 }
  }
  let next = direction(new Float64Array(most), []).vector
  for (;;) {
    const [v, step] = [next, left.length]
    right.push(v)
    const product = ahead(data, columns, v)
    if (step > 0) subtract(product, left[step - 1], betas[step - 1])
    const { vector: u, length: alpha } = direction(product, left)
    left.push(u)
    alphas.push(alpha)
    if (left.length < most) {
      const rest = back(data, columns, u)
      subtract(rest, v, alpha)
      const { vector, length } = direction(rest, right)
      next = vector
      betas.push(length)
    }
    const done = left.length === most
    if (!done && (broken || left.length < look)) continue
    look += between
    const small = squared(alphas, betas)
    const [open, all] = [done ? 0 : betas[left.length - 1], eigenvalues(small).slice(0, count)]
    // Of the singular vectors on the left the last number is this over the value: what is open times it is how far they are off.
    if (all.some(({ value, last }) => Math.abs(open * alphas[left.length - 1] * last) > tolerance * Math.sqrt(all[0].value * Math.max(value, 0)))) continue
    const own = eigenvectors(small, all.map(({ value }) => value), draw)
    const second = own.map((weights) => combined(right, weights))
    const first = second.map((vector) => ahead(data, columns, vector))
    const lengths = first.map(norm)
    const values = lengths.map((length) => (length > 1e-12 * lengths[0] ? length : 0)) // what is less is rounding
    const units = first.map((vector, i) => scaled(vector, values[i] > 0 ? 1 / values[i] : 0))
    return { values, left: tall ? units : second, right: tall ? second : units }
  }
}

/** The bidiagonal matrix of these numbers, its transpose times itself. */
function squared(alphas: readonly number[], betas: readonly number[]): Tridiagonal {
  const diagonal = alphas.map((alpha, i) => alpha ** 2 + (i > 0 ? betas[i - 1] ** 2 : 0))
  return { diagonal, beside: alphas.slice(0, -1).map((alpha, i) => alpha * betas[i]) }
}

/** Σ weights · vectors */
function combined(vectors: readonly Float64Array[], weights: Float64Array): Float64Array {
  const sum = new Float64Array(vectors[0].length)
  vectors.forEach((vector, i) => subtract(sum, vector, -weights[i]))
  return sum
}

/** Takes out of a vector what it shares with the others; a second time where little of it is left, and that with much of the first time's rounding. */
function cleanse(vector: Float64Array, others: readonly Float64Array[]): void {
  const before = dot(vector, vector)
  for (const other of others) subtract(vector, other, dot(vector, other))
  if (dot(vector, vector) < before / 2) for (const other of others) subtract(vector, other, dot(vector, other))
}

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a))

const scaled = (a: Float64Array, factor: number): Float64Array => a.map((value) => value * factor)

/** a −= factor · b */
function subtract(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] -= factor * b[i]
}

/** Four sums at a time: one would wait for itself. */
function dot(a: Float64Array, b: Float64Array): number {
  let [s0, s1, s2, s3, i] = [0, 0, 0, 0, 0]
  for (; i + 3 < b.length; i += 4) {
    s0 += a[i] * b[i]
    s1 += a[i + 1] * b[i + 1]
    s2 += a[i + 2] * b[i + 2]
    s3 += a[i + 3] * b[i + 3]
  }
  for (; i < b.length; i++) s0 += a[i] * b[i]
  return s0 + s1 + (s2 + s3)
}

/** [rows, columns] · [columns], four rows at a time. */
function times(data: Float32Array, columns: number, vector: Float64Array): Float64Array {
  const result = new Float64Array(data.length / columns)
  for (let row = 0; row < result.length; row += 4) {
    const at = row * columns
    let [s0, s1, s2, s3] = [0, 0, 0, 0]
    const [r1, r2, r3] = [1, 2, 3].map((more) => (row + more < result.length ? more * columns : 0))
    for (let i = 0; i < columns; i++) {
      const value = vector[i]
      s0 += data[at + i] * value
      s1 += data[at + r1 + i] * value
      s2 += data[at + r2 + i] * value
      s3 += data[at + r3 + i] * value
    }
    ;[s0, s1, s2, s3].forEach((sum, more) => (result[row + more] = sum)) // what is beyond the last row, a typed array leaves out
  }
  return result
}

/** [rows, columns]ᵀ · [rows], four rows at a time. */
function timesTransposed(data: Float32Array, columns: number, vector: Float64Array): Float64Array {
  const result = new Float64Array(columns)
  let row = 0
  for (; row + 3 < vector.length; row += 4) {
    const [f0, f1, f2, f3] = [vector[row], vector[row + 1], vector[row + 2], vector[row + 3]]
    const [r0, r1, r2, r3] = [0, 1, 2, 3].map((more) => (row + more) * columns)
    for (let i = 0; i < columns; i++) result[i] += f0 * data[r0 + i] + f1 * data[r1 + i] + (f2 * data[r2 + i] + f3 * data[r3 + i])
  }
  for (; row < vector.length; row++) for (let i = 0; i < columns; i++) result[i] += vector[row] * data[row * columns + i]
  return result
}
