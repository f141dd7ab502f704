/** The sampling filters one by one, and the stateless random numbers behind them. */
import { describe, expect, test } from 'vitest'
import { candidates, nextToken, penalize } from '@/trainer/model/sampling'
import { normals, philox, sequence, streamOf, uniforms } from '@/trainer/random'

const logits = (...probabilities: number[]): Float32Array => Float32Array.from(probabilities, Math.log)
const rule = { do_sample: true, temperature: 1, top_k: 0, top_p: 1, repetition_penalty: 1 }

describe('filters', () => {
  test('the penalty lowers what was seen, once per token', () => {
    const row = Float32Array.of(2, -2, 3)
    penalize(row, [0, 1, 1, 0], 2)
    expect([...row]).toEqual([1, -4, 3])
  })

  test('top-k keeps the k best and what equals the last of them', () => {
    expect(candidates(logits(0.1, 0.4, 0.2, 0.2, 0.1), { ...rule, top_k: 2 }).map(c => c.token)).toEqual([1, 2, 3])
  })

  test('top-p keeps up to and with the token that reaches it', () => {
    const kept = candidates(logits(0.1, 0.5, 0.1, 0.3), { ...rule, top_p: 0.7 })
    expect(kept.map(c => c.token)).toEqual([1, 3])
    expect(kept[0].probability).toBeCloseTo(0.625, 5)
    expect(candidates(logits(0.1, 0.5, 0.1, 0.3), { ...rule, top_p: 0.01 }).map(c => c.token)).toEqual([1])
  })

  test('top-p looks at what top-k and the temperature left', () => {
    expect(candidates(logits(0.4, 0.3, 0.2, 0.1), { ...rule, top_k: 2, top_p: 0.55 }).map(c => c.token)).toEqual([0])
    expect(candidates(logits(0.4, 0.3, 0.2, 0.1), { ...rule, temperature: 0.1, top_p: 0.9 }).map(c => c.token)).toEqual([0])
  })

  test('draws follow the probabilities', () => {
    const random = sequence(1, 2)
    const counts = [0, 0, 0]
    for (let i = 0; i < 6000; i++) counts[nextToken(logits(0.5, 0.3, 0.2), [], rule, random)]++
    counts.forEach((n, i) => expect(Math.abs(n / 6000 - [0.5, 0.3, 0.2][i])).toBeLessThan(0.025))
  })

  test('greedy asks for no random number', () => {
    const never = () => {
      throw new Error('asked')
    }
    expect(nextToken(logits(0.2, 0.5, 0.3), [], { ...rule, do_sample: false }, never)).toBe(1)
  })
})

describe('random numbers', () => {
  // Known answers from Random123's kat_vectors for philox4x32 with 10 rounds.
  test.each([
    [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]],
  ] as [[number, number, number, number], [number, number], number[]][])('philox of %j', (counter, key, expected) => {
    expect(philox(counter, key)).toEqual(expected)
  })

  test('a stream can be read from any place', () => {
    const whole = uniforms(42, streamOf('x'), 20)
    expect(uniforms(42, streamOf('x'), 5, 8)).toEqual(whole.slice(8, 13))
    expect(uniforms(42, streamOf('y'), 20)).not.toEqual(whole)
    expect(uniforms(43, streamOf('x'), 20)).not.toEqual(whole)
  })

  test('normals have mean 0 and deviation 1', () => {
    const values = normals(1, 2, 20_000)
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    expect(Math.abs(mean)).toBeLessThan(0.02)
    expect(Math.abs(Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length) - 1)).toBeLessThan(0.02)
  })
})
