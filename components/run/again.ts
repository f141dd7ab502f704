'use client'
/** "Same again with changes": a run's settings in the form of Train, for a new run. */
import { call } from '@/components/call'
import { draft, firstArgs } from '@/components/config/draft'
import { keys, type Key } from '@/lib/config/fields'
import { trainingSchema } from '@/lib/config/schema'
import type { Fault } from '@/lib/errors'

/** What belongs to that one run. */
const own: ReadonlySet<Key> = new Set<Key>(['output_dir', 'overwrite_output_dir', 'resume_from_checkpoint'])

/** Fills the form; the answer is what stands in its way. A setting that this version does not know is left as the form has it at first. */
export async function againFrom(run: { id: string; model: string }): Promise<Fault | null> {
  const reply = await call('run', { id: run.id })
  if (!reply.ok) return reply.fault
  const values = reply.value.args
  if (values === null) return { code: 'file_missing', values: { path: `${run.id}/training_args.yaml` } }
  const known = Object.fromEntries(Object.entries(values).filter(([key]) => keys.some((name) => name === key)))
  const parsed = trainingSchema.safeParse(known)
  const args = parsed.success ? parsed.data : { ...firstArgs, ...known }
  const kept = Object.fromEntries(keys.filter((key) => own.has(key)).map((key) => [key, firstArgs[key]]))
  draft.set((now) => ({ ...now, args: { ...firstArgs, ...args, ...kept }, model_name: run.model, run_name: '' }))
  return null
}
