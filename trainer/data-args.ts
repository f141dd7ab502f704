/** The configuration's data settings in the form that the data modules take; they satisfy it as they are. */
import type { TrainingArgs } from '@/lib/config/fields'
import type { DataArgs } from '@/trainer/data'

export const dataArgs = (args: TrainingArgs): DataArgs => args
