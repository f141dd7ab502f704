/** The number types of GGUF tensors that are written, each with its bytes both ways: three plain ones, and ggml's blocks of 32 eight-bit numbers with one scale. */
import { fromFloat32, toFloat32 } from '@/trainer/weights/dtypes'
import { elements } from '@/trainer/weights/safetensors'

export interface NumberType {
  /** ggml's number for it. */
  id: number
  /** Numbers and bytes of the smallest part that stands for itself. */
  block: number
  bytes: number
  /** `general.file_type` of a file whose matrices are of this type. */
  file_type: number
  encode: (values: Float32Array) => Uint8Array
  decode: (bytes: Uint8Array) => Float32Array
}

export const tensorTypes = {
  f32: { id: 0, block: 1, bytes: 4, file_type: 0, encode: (values) => fromFloat32(values, 'F32'), decode: (bytes) => toFloat32(bytes, 'F32') },
  f16: { id: 1, block: 1, bytes: 2, file_type: 1, encode: (values) => fromFloat32(values, 'F16'), decode: (bytes) => toFloat32(bytes, 'F16') },
  bf16: { id: 30, block: 1, bytes: 2, file_type: 32, encode: (values) => fromFloat32(values, 'BF16'), decode: (bytes) => toFloat32(bytes, 'BF16') },
  q8_0: { id: 8, block: 32, bytes: 34, file_type: 7, encode: encodeEight, decode: decodeEight },
} as const satisfies Record<string, NumberType>
export type TensorType = keyof typeof tensorTypes

/** Bytes of a tensor. */
export const bytesIn = (type: TensorType, shape: readonly number[]): number => (elements(shape) / tensorTypes[type].block) * tensorTypes[type].bytes

/** ggml's `quantize_row_q8_0_ref`: the scale is the largest number over 127, rounded to float16 only after the others were divided by it. */
function encodeEight(values: Float32Array): Uint8Array {
  const blocks = values.length / 32
  const out = new Uint8Array(blocks * 34)
  const scales = new Float32Array(blocks)
  const eighth = new Int8Array(out.buffer)
  for (let b = 0; b < blocks; b++) {
    let most = 0
    for (let i = 0; i < 32; i++) most = Math.max(most, Math.abs(values[32 * b + i]))
    scales[b] = most / 127
    const inverse = scales[b] === 0 ? 0 : Math.fround(1 / scales[b])
    for (let i = 0; i < 32; i++) eighth[34 * b + 2 + i] = awayFromZero(Math.fround(values[32 * b + i] * inverse))
  }
  const halves = fromFloat32(scales, 'F16')
  for (let b = 0; b < blocks; b++) out.set(halves.subarray(2 * b, 2 * b + 2), 34 * b)
  return out
}

/** C's `roundf`. */
const awayFromZero = (x: number): number => Math.sign(x) * Math.floor(Math.abs(x) + 0.5)

function decodeEight(bytes: Uint8Array): Float32Array {
  const blocks = bytes.length / 34
  const halves = new Uint8Array(2 * blocks)
  for (let b = 0; b < blocks; b++) halves.set(bytes.subarray(34 * b, 34 * b + 2), 2 * b)
  const scales = toFloat32(halves, 'F16')
  const eighth = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Float32Array.from({ length: 32 * blocks }, (_, i) => scales[i >> 5] * eighth[34 * (i >> 5) + 2 + (i & 31)])
}
