/** Learning rates of every scheduler against transformers' `get_scheduler`, update by update. */
import { z } from 'zod'
import { stepsOf } from '@/lib/config/derived'
import { UserError } from '@/lib/errors'
import { createSchedule, schedulers, type SchedulerName } from '@/lib/schedulers'
import { attempt, readGolden, type CheckResult } from '@/conform/check'

const caseSchema = z.looseObject({
  scheduler: z.string(),
  lr: z.number(),
  num_training_steps: z.number().int(),
  warmup_steps_argument: z.number(),
  num_warmup_steps: z.number().int(),
  scheduler_specific_kwargs: z.record(z.string(), z.unknown()).optional(),
  lr_at_step: z.array(z.number()).optional(),
  error: z.looseObject({ type: z.string() }).optional(),
})
type Case = z.infer<typeof caseSchema>

const fileSchema = z.looseObject({ cases: z.array(caseSchema) })

const tolerance = 1e-9

const close = (found: number, expected: number): boolean => Math.abs(found - expected) <= tolerance * Math.max(Math.abs(expected), Math.abs(found)) || Math.abs(found - expected) < 1e-22

const isScheduler = (name: string): name is SchedulerName => Object.hasOwn(schedulers, name)

/** The rates of a case, or the code of the fault that making the schedule gave. */
function ratesOf({ scheduler, lr, num_training_steps: total, num_warmup_steps: warmup, scheduler_specific_kwargs, lr_at_step }: Case): number[] | string {
  if (!isScheduler(scheduler)) return `no scheduler ${scheduler}`
  try {
    const { rate, initial } = createSchedule(scheduler, { rate: lr, warmup, total }, scheduler_specific_kwargs ?? {})
    return (lr_at_step ?? []).map((_, step) => rate(step, initial))
  } catch (error) {
    if (error instanceof UserError) return error.fault.code
    throw error
  }
}

function checkRates(name: string, test: Case): CheckResult {
  const found = ratesOf(test)
  const expected = test.lr_at_step ?? []
  if (typeof found === 'string') return { name, ok: false, detail: `expected ${expected.length} rates, found the fault ${found}` }
  const bad = expected.findIndex((value, step) => !close(found[step], value))
  return bad < 0 ? { name, ok: true } : { name, ok: false, detail: `step ${bad}: expected ${expected[bad]}, found ${found[bad]}` }
}

/** transformers' plateau schedule fails only because it is stepped without a loss; ours has no such step. */
function checkError(name: string, test: Case): CheckResult {
  const found = ratesOf(test)
  const steppedWithoutLoss = isScheduler(test.scheduler) && typeof found !== 'string' && 'observe' in schedulers[test.scheduler]
  return { name, ok: typeof found === 'string' || steppedWithoutLoss, detail: `expected an error (${test.error?.type}), found rates` }
}

function checkCase(name: string, test: Case): CheckResult {
  const warmup = stepsOf(test.warmup_steps_argument, test.num_training_steps)
  if (warmup !== test.num_warmup_steps) return { name, ok: false, detail: `warmup: expected ${test.num_warmup_steps} steps, found ${warmup}` }
  return test.error ? checkError(name, test) : checkRates(name, test)
}

/** A case is named by its scheduler, length, warmup argument and settings. */
function nameOf({ scheduler, lr, num_training_steps, warmup_steps_argument, scheduler_specific_kwargs }: Case): string {
  const settings = scheduler_specific_kwargs ? ` ${JSON.stringify(scheduler_specific_kwargs)}` : ''
  return `schedulers ${scheduler} lr ${lr} steps ${num_training_steps} warmup ${warmup_steps_argument}${settings}`
}

export async function* check(dir: string): AsyncGenerator<CheckResult> {
  const file = readGolden(dir, 'schedulers.json')
  if (file === null) return
  for (const test of fileSchema.parse(file).cases) {
    const name = nameOf(test)
    yield attempt(name, () => checkCase(name, test))
  }
}
