'use client'
/** "Same again with changes": a run's settings in the form of Train, for a new run; the form as it was comes back by its undo. */
import { call } from '@/components/call'
import { fromText } from '@/components/config/arguments/proposals'
import { replaceDraft } from '@/components/config/notice'
import type { Fault } from '@/lib/errors'
import { fill } from '@/lib/messages/text'
import type { Messages } from '@/lib/messages/en'
import type { RunSummary } from '@/lib/run'

/** Fills the form; the answer is what stands in its way. Values that cannot be used go to their fields, where the sentence stands. */
export async function againFrom(run: RunSummary, t: Messages): Promise<Fault | null> {
  const reply = await call('run', { id: run.id })
  if (!reply.ok) return reply.fault
  const { args_yaml } = reply.value
  if (args_yaml === null) return { code: 'file_missing', values: { path: `${run.id}/training_args.yaml` } }
  const offer = await fromText(run.name, args_yaml)
  if (!offer.ok) return offer.faults[0]
  const { next } = offer.proposal
  replaceDraft(() => ({ ...next, model_name: next.model_name || run.model, run_name: '' }), fill(t.ui.runs.taken, { name: run.name }))
  return null
}
