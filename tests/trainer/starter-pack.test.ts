/** Packing: nothing lost, nothing over the edge, and each conversation by itself. */
import { describe, expect, it } from 'vitest'
import { packRows, toBatch, type Encoded } from '@/tools/starter/pack'
import { learningRate, phases, trainingRecipe } from '@/tools/starter/recipe'

const item = (size: number, id: number): Encoded => ({ ids: Array<number>(size).fill(id), labels: [-100, ...Array<number>(size - 1).fill(id)] })

describe('packRows', () => {
  it('puts every conversation into exactly one row, none of which is too long', () => {
    const items = Array.from({ length: 200 }, (_, i) => item(2 + ((i * 7) % 30), i + 1))
    const rows = [...packRows(items, 40)]
    for (const row of rows) expect(row.reduce((sum, { ids }) => sum + ids.length, 0)).toBeLessThanOrEqual(40)
    expect(rows.flat().map(({ ids }) => ids[0]).sort((a, b) => a - b)).toEqual(items.map(({ ids }) => ids[0]))
    const filled = items.reduce((sum, { ids }) => sum + ids.length, 0) / (rows.length * 40)
    expect(filled).toBeGreaterThan(0.85)
  })

  it('leaves out what is longer than a row', () => expect([...packRows([item(5, 1), item(3, 2)], 4)].flat()).toEqual([item(3, 2)]))
})

describe('toBatch', () => {
  const batch = toBatch([[item(2, 7), item(3, 8)], [item(4, 9)]], 6, 0)

  it('numbers positions and segments per conversation, and pads with segment 0', () => {
    expect([...batch.ids]).toEqual([7, 7, 8, 8, 8, 0, 9, 9, 9, 9, 0, 0])
    expect([...batch.segments!]).toEqual([1, 1, 2, 2, 2, 0, 1, 1, 1, 1, 0, 0])
    expect([...batch.positions!]).toEqual([0, 1, 0, 1, 2, 0, 0, 1, 2, 3, 0, 0])
    expect([...batch.labels]).toEqual([-100, 7, -100, 8, 8, -100, -100, 9, 9, 9, -100, -100])
  })
})

describe.each(phases)('learningRate of the phase with seed $seed', (phase) => {
  const { steps, warmup_steps, learning_rate } = phase
  it('rises to its peak, then falls to its last share', () => {
    expect(learningRate(phase, 0)).toBeCloseTo(learning_rate / warmup_steps, 12)
    expect(learningRate(phase, warmup_steps)).toBeCloseTo(learning_rate, 12)
    expect(learningRate(phase, steps)).toBeCloseTo(learning_rate * trainingRecipe.final_share, 12)
    for (let step = warmup_steps; step < steps; step += 50) expect(learningRate(phase, step + 1)).toBeLessThan(learningRate(phase, step))
  })
})
