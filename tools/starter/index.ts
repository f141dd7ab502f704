/**
 * `npm run starter -- [datasets] [tokenizer] [train] [exam] [calls]`: makes the starter model and the datasets again, from nothing but seeds.
 * Without arguments it does all but `calls`, which needs an adapter. The model card is written when the model is trained and examined in one go. Run from the
 * checkout's root.
 */
import type { Making } from '@/tools/starter/card'
import { sitCallExam } from '@/tools/starter/call-exam'
import { makeDatasets } from '@/tools/starter/make-datasets'
import { makeTokenizer } from '@/tools/starter/make-tokenizer'
import { sitExam } from '@/tools/starter/sit-exam'
import { train } from '@/tools/starter/train'

const steps = ['datasets', 'tokenizer', 'train', 'exam', 'calls'] as const

async function run(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !steps.some((step) => step === name))
  if (unknown !== undefined) throw new Error(`no step "${unknown}"; the steps are ${steps.join(', ')}`)
  const wanted = (step: (typeof steps)[number]): boolean => names.length === 0 || names.includes(step)
  if (wanted('datasets')) makeDatasets()
  if (wanted('tokenizer')) makeTokenizer()
  const making: Making | null = wanted('train') ? await train() : null
  if (wanted('exam')) await sitExam(making)
  if (names.includes('calls')) await sitCallExam()
}

await run(process.argv.slice(2))
