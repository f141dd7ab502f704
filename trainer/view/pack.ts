/** The rows that share a packed row with one of theirs, if its dataset is trained on by itself. The packing is the training's; only the samples around the row are made. */
import type { PackedWith } from '@/lib/dataset-view'
import { exampleCutoff } from '@/lib/config/derived'
import { type Pack, packPortions, packSamples } from '@/lib/samples/packing'
import { IGNORED } from '@/lib/samples/supervised'
import { UserError } from '@/lib/errors'
import { judge, type OpenDataset } from '@/trainer/view/open'
import { type Ground, tokensOf } from '@/trainer/view/tokens'

interface Sample {
  row: number
  ids: readonly number[]
  labels: readonly number[]
}

/** The portion that was packed last: a person looks at one row after the other. */
const last = new WeakMap<OpenDataset, { key: string; samples: Sample[]; packs: Pack[] }>()

/** Null for a row that gives nothing to learn. */
export async function packedWith(row: number, open: OpenDataset, ground: Ground): Promise<PackedWith | null> {
  const { args } = ground
  const portion = packPortions(open.count, args).find(([from, to]) => row > from && row <= to)
  if (!portion) return null
  const key = JSON.stringify([portion, args])
  let packed = last.get(open)
  if (packed?.key !== key) {
    const samples = await samplesOf(portion, open, ground)
    packed = { key, samples, packs: packSamples(samples, exampleCutoff(args), 0, false) }
    last.set(open, packed)
  }
  const { samples, packs } = packed
  const pack = packs.find(({ members }) => members.some((member) => samples[member].row === row))
  if (!pack) return null
  return { rows: pack.members.map((member) => ({ row: samples[member].row, tokens: samples[member].ids.length })), padding: pack.ids.length - pack.filled }
}

async function samplesOf([from, to]: readonly [number, number], open: OpenDataset, { args, template }: Ground): Promise<Sample[]> {
  return (await open.read(from + 1, to)).flatMap((row) => {
    const { example, problem } = judge(row, open)
    if (!example || problem) return []
    try {
      const [{ ids, labels }] = tokensOf({ dataset: open.source.name, row: row.row }, example, open.kind, args, template)
      // As in training: the first token is never a target.
      return labels.some((label, at) => at > 0 && label !== IGNORED) ? [{ row: row.row, ids, labels }] : []
    } catch (error) {
      if (error instanceof UserError) return []
      throw error
    }
  })
}
