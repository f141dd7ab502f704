/**
 * `tuneboard predict [x.yaml] [key=value …] [--compare-base]`: answers to the rows of eval_dataset, whatever else the file asks for. With `--compare-base` the base model
 * answers the same questions.
 */
import type { TrainingArgs } from '@/lib/config/fields'
import { parseArgs } from '@/lib/config/schema'
import { readSettings, Refused } from '@/trainer/arguments'
import { withFetchedFolder } from '@/trainer/base-model'
import { checkTraining } from '@/trainer/run/check'
import { evaluateModel, type Openers } from '@/trainer/predict/evaluate'

const COMPARE = '--compare-base'

export async function predict(argv: readonly string[], open?: Openers): Promise<number> {
  const settings = readSettings(argv.filter((word) => word !== COMPARE))
  const asked: Partial<TrainingArgs> = { do_train: false, do_predict: true, predict_with_generate: true, compute_accuracy: false }
  const parsed = parseArgs({ ...settings, ...asked }, 'train')
  if (!parsed.ok) throw new Refused(parsed.faults)
  const args = await withFetchedFolder(parsed.args)
  const { faults, ground } = await checkTraining(args)
  if (!ground) throw new Refused(faults)
  return evaluateModel(args, parsed.args.model_name_or_path, ground, open, argv.includes(COMPARE) ? true : null)
}
