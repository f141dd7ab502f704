/**
 * The training stages of this version as rows of a table (types.ts says what makes one); the loop takes one and never asks which.
 */
import type { TrainingArgs } from '@/lib/config/fields'
import { dpo } from '@/trainer/stages/dpo'
import { kto } from '@/trainer/stages/kto'
import { pt } from '@/trainer/stages/pt'
import { rm } from '@/trainer/stages/rm'
import { sft } from '@/trainer/stages/sft'
import type { Stage } from '@/trainer/stages/types'

/** The stages of this version, by LLaMA-Factory's names. */
const stages: Partial<Record<TrainingArgs['stage'], Stage>> = { pt, sft, rm, dpo, kto }

/** The configuration refuses stages of later versions before this is asked. */
export function stageOf({ stage }: Pick<TrainingArgs, 'stage'>): Stage {
  const found = stages[stage]
  if (!found) throw new Error(`there is no stage ${stage}`)
  return found
}
