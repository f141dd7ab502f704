/** Bytes of a weights file to float32 and back. Little-endian, as safetensors and every machine that this runs on. */

/** Types of floating-point tensors in safetensors files that are read. */
export const floatTypes = { F32: 4, F16: 2, BF16: 2 } as const
export type FloatType = keyof typeof floatTypes

export const isFloatType = (dtype: string): dtype is FloatType => dtype in floatTypes

/** @param bytes 4- or 2-byte aligned copies are made where needed */
export function toFloat32(bytes: Uint8Array, dtype: FloatType): Float32Array {
  const aligned = bytes.byteOffset % floatTypes[dtype] === 0 ? bytes : bytes.slice()
  if (dtype === 'F32') return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4)
  const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2)
  const bits = new Uint32Array(halves.length)
  if (dtype === 'BF16') for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16
  else for (let i = 0; i < halves.length; i++) bits[i] = halfToFloat(halves[i])
  return new Float32Array(bits.buffer)
}

/** Rounds to the nearest, ties to even. */
export function fromFloat32(values: Float32Array, dtype: FloatType): Uint8Array {
  if (dtype === 'F32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const halves = new Uint16Array(values.length)
  const convert = dtype === 'BF16' ? floatToBfloat : floatToHalf
  for (let i = 0; i < halves.length; i++) halves[i] = convert(bits[i])
  return new Uint8Array(halves.buffer)
}

/** bfloat16 is the upper half of a float32. */
function floatToBfloat(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16
}

/** IEEE 754 binary16 → the bits of the same number as binary32. */
function halfToFloat(half: number): number {
  const sign = (half & 0x8000) << 16
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0x1f) return (sign | 0x7f800000 | (fraction << 13)) >>> 0
  if (exponent > 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0
  if (fraction === 0) return sign >>> 0
  // Subnormal: shift the fraction up until its leading one is where a normal number has it.
  const shift = Math.clz32(fraction) - 21
  return (sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)) >>> 0
}

function floatToHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const exponent = ((bits >>> 23) & 0xff) - 112
  const fraction = bits & 0x7fffff
  if (exponent === 143) return sign | 0x7c00 | (fraction ? 0x200 | (fraction >>> 13) : 0)
  if (exponent >= 31) return sign | 0x7c00
  if (exponent < -10) return sign
  const whole = exponent > 0 ? fraction : fraction | 0x800000
  const shift = exponent > 0 ? 13 : 14 - exponent
  const kept = (whole >>> shift) + (exponent > 0 ? exponent << 10 : 0)
  const rest = whole & ((1 << shift) - 1)
  const middle = 1 << (shift - 1)
  // A carry out of the fraction rightly raises the exponent.
  return sign + kept + (rest > middle || (rest === middle && kept & 1) ? 1 : 0)
}
