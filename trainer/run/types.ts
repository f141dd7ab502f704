/** A run as the steps of the command `train` hand it on. */
import type { TrainingArgs } from '@/lib/config/fields'
import type { AdapterSettings } from '@/trainer/adapter/adapter'
import type { Identity } from '@/trainer/run/checkpoint'
import type { Ground } from '@/trainer/run/check'
import type { Report } from '@/trainer/run/report'
import type { StepPlan } from '@/trainer/run/steps'
import type { StopRequest } from '@/trainer/run/stop'
import type { Objective } from '@/trainer/engine/objective'
import type { StageData } from '@/trainer/stages/stage-data'

/** Everything about a run that is known before its first update. */
export interface Run {
  args: TrainingArgs
  /** The base model as the configuration names it; `args` have its folder. */
  base: string | null
  output_dir: string
  ground: Ground
  data: StageData
  plan: StepPlan
  /** Settings of the adapter that is trained; null where the model itself is. */
  adapter: AdapterSettings | null
  identity: Identity
  objective: Objective
  report: Report
  stop: StopRequest
}

/** A run whose folder tells of it, and that can be asked to stop. */
export type Begun = Pick<Run, 'report' | 'stop'>
