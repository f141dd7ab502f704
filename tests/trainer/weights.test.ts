/** Safetensors in and out, and what a model folder gets told when its weights are not those of its architecture. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UserError } from '@/lib/errors'
import { words } from '@/lib/messages'
import { modelConfig } from '@/lib/models/config'
import { mergeAdapters } from '@/trainer/export/merge'
import { fromFloat32, toFloat32 } from '@/trainer/weights/dtypes'
import { openWeights, readModelConfig } from '@/trainer/weights/index'
import { encodeSafetensors, readBytes, readHeader, readSafetensors, readTensor, writeSafetensors } from '@/trainer/weights/safetensors'
import { cases, tinyWeights, writeTiny } from './tiny'

const golden = cases['qwen2-window']
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'weights-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The fault that `f` throws. */
function fault(f: () => unknown) {
  try {
    f()
  } catch (error) {
    if (error instanceof UserError) return error.fault
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('number types', () => {
  test('bfloat16 rounds to nearest, ties to even', () => {
    // 1 + 2^-8 is halfway between 1 and 1 + 2^-7; 1 + 3·2^-8 halfway between odd and even.
    const values = Float32Array.of(1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20, -3.14159, Infinity, 2 ** -133, 3.4e38)
    expect([...toFloat32(fromFloat32(values, 'BF16'), 'BF16')]).toEqual([1, 1, 1 + 2 ** -6, 1 + 2 ** -7, -3.140625, Infinity, 2 ** -133, Infinity])
    expect(toFloat32(fromFloat32(Float32Array.of(NaN), 'BF16'), 'BF16')[0]).toBeNaN()
  })

  test('float16 comes back as it was, for every one of its numbers', () => {
    const halves = Uint16Array.from({ length: 1 << 16 }, (_, i) => i)
    const floats = toFloat32(new Uint8Array(halves.buffer), 'F16')
    expect(floats[0x3c00]).toBe(1)
    expect(floats[0x0001]).toBe(2 ** -24)
    expect(floats[0x03ff]).toBe(1023 * 2 ** -24)
    expect(floats[0x7bff]).toBe(65504)
    expect(floats[0xfc00]).toBe(-Infinity)
    const back = new Uint16Array(fromFloat32(floats, 'F16').buffer)
    halves.forEach(h => {
      if (!Number.isNaN(floats[h])) expect(back[h]).toBe(h)
    })
  })

  test('float16 rounds to nearest, ties to even, down to nothing and up to infinity', () => {
    const values = Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -25, 3 * 2 ** -25, 2 ** -26, 65519, 65520, 0.1)
    expect([...toFloat32(fromFloat32(values, 'F16'), 'F16')]).toEqual([1, 1 + 2 ** -9, 0, 2 ** -23, 0, 65504, Infinity, 0.0999755859375])
  })
})

describe('files', () => {
  test('what is written is read, by ranges too', () => {
    const file = path.join(folder, 'a.safetensors')
    const tensors = [{ name: 'x', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }, { name: 'empty', shape: [0], data: new Float32Array(0) }, { name: 'scalar', shape: [], data: Float32Array.of(7) }]
    writeFileSync(file, encodeSafetensors(tensors))
    expect(readSafetensors(file)).toEqual(tensors)
    const x = readHeader(file).get('x')
    expect(x && [...toFloat32(readBytes(x, 2, 3), 'F32')]).toEqual([3, 4, 5])
    expect(readdirSync(folder).filter(f => f.endsWith('.tmp'))).toEqual([])
  })

  const good = encodeSafetensors([{ name: 'x', shape: [4], data: Float32Array.of(1, 2, 3, 4) }])
  const withHeader = (header: string): Buffer => {
    const start = Buffer.alloc(8)
    start.writeBigUInt64LE(BigInt(header.length))
    return Buffer.concat([start, Buffer.from(header), Buffer.alloc(16)])
  }
  test.each([
    ['empty', Buffer.alloc(0), 'it has 0 bytes'],
    ['cut in the header', Buffer.from(good.subarray(0, 20)), 'its header should have'],
    ['cut in a tensor', Buffer.from(good.subarray(0, good.length - 4)), 'but the tensor x reaches to'],
    ['with bytes at the end', Buffer.concat([good, Buffer.alloc(3)]), 'its tensors end at byte'],
    ['no JSON', withHeader('{"x":'), 'its header is not JSON'],
    ['a strange type', withHeader('{"x":{"dtype":"F8_E4M3","shape":[16],"data_offsets":[0,16]}}'), 'the tensor x has the type F8_E4M3'],
    ['offsets that do not fit the shape', withHeader('{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}}'), 'the tensor x has 16 bytes'],
    ['a hole', withHeader('{"x":{"dtype":"F32","shape":[3],"data_offsets":[4,16]}}'), 'the tensor x begins at byte'],
    ['a shape that is none', withHeader('{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,16]}}'), 'its header is wrong at x.shape.0'],
  ])('a file %s is damaged, and its name is told', (_, bytes, problem) => {
    const file = path.join(folder, 'bad.safetensors')
    writeFileSync(file, bytes)
    const { code, values } = fault(() => readHeader(file))
    expect(code).toBe('model_weights_damaged')
    expect(values.path).toBe(file)
    expect(words(values.problem, 'en')).toContain(problem)
  })
})

describe('a model folder', () => {
  const config = modelConfig(golden.config, 'tiny')
  const weights = tinyWeights(config)
  const opened = (tensors = weights) => {
    const own = writeTiny(golden, tensors)
    try {
      return [...openWeights(own, readModelConfig(own)).keys()]
    } finally {
      rmSync(own, { recursive: true })
    }
  }

  test('every tensor is accounted for', () => {
    expect(opened().sort()).toEqual(weights.map(t => t.name))
  })

  test('a tied head and rotary buffers may be there', () => {
    const extra = [{ name: 'lm_head.weight', shape: [1], data: Float32Array.of(0) }, { name: 'model.layers.0.self_attn.rotary_emb.inv_freq', shape: [1], data: Float32Array.of(0) }]
    expect(opened([...weights, ...extra])).toHaveLength(weights.length)
  })

  test('missing, extra and misshapen tensors are named', () => {
    const name = 'model.layers.1.self_attn.k_proj.bias'
    expect(fault(() => opened(weights.filter(t => t.name !== name)))).toMatchObject({ code: 'tensor_missing', values: { tensor: name } })
    expect(fault(() => opened([...weights, { name: 'model.extra', shape: [1], data: Float32Array.of(0) }]))).toMatchObject({ code: 'tensor_extra', values: { tensor: 'model.extra' } })
    const bent = weights.map(t => (t.name === name ? { ...t, shape: [2, t.data.length / 2] } : t))
    expect(fault(() => opened(bent))).toMatchObject({ code: 'tensor_shape', values: { tensor: name, found: '[2, 4]', expected: '[8]' } })
  })

  test('shards are read as one, and a lost, cut or strange shard is named', () => {
    const [base, out] = [writeTiny(golden), path.join(folder, 'sharded')]
    mergeAdapters({ model: base, adapters: [], output: out, shard_bytes: 4000 })
    const shards = readdirSync(out).filter(f => f.endsWith('.safetensors'))
    expect(shards.length).toBeGreaterThan(2)
    const index = openWeights(out, config)
    for (const { name, data } of weights) expect(readTensor(index.get(name) ?? expect.fail(name))).toEqual(data)
    truncateSync(path.join(out, shards[1]), 900)
    expect(fault(() => openWeights(out, config))).toMatchObject({ code: 'model_weights_damaged', values: { path: path.join(out, shards[1]) } })
    unlinkSync(path.join(out, shards[1]))
    expect(fault(() => openWeights(out, config))).toMatchObject({ code: 'file_missing', values: { path: path.join(out, shards[1]) } })
    writeFileSync(path.join(out, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { x: '../secret.safetensors' } }))
    expect(words(fault(() => openWeights(out, config)).values.problem, 'en')).toContain('../secret.safetensors')
    rmSync(base, { recursive: true })
  })

  test('what is not there is named', () => {
    const empty = mkdtempSync(path.join(folder, 'empty-'))
    expect(fault(() => readModelConfig(path.join(empty, 'nowhere'))).code).toBe('model_path_missing')
    expect(fault(() => readModelConfig(empty)).code).toBe('model_config_missing')
    expect(fault(() => openWeights(empty, config)).code).toBe('model_weights_missing')
    writeFileSync(path.join(empty, 'config.json'), '{"architectures": ["LlamaForCausalLM"')
    expect(fault(() => readModelConfig(empty)).code).toBe('model_config_invalid')
  })

  test('a file in half precision keeps its type through a copy', () => {
    const base = writeTiny(golden)
    const half = path.join(folder, 'half')
    writeSafetensors(path.join(base, 'model.safetensors'), weights.map(({ name, shape, data }) => ({ name, shape, dtype: 'BF16', read: () => data })))
    mergeAdapters({ model: base, adapters: [], output: half })
    expect(readFileSync(path.join(half, 'model.safetensors')).length).toBe(readFileSync(path.join(base, 'model.safetensors')).length)
    expect([...readHeader(path.join(half, 'model.safetensors')).values()].every(e => e.dtype === 'BF16')).toBe(true)
    rmSync(base, { recursive: true })
  })
})
