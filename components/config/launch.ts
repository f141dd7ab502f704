'use client'
/** Starting a run: the checks first, and only a draft without faults goes to the server. */
import { call } from '@/components/call'
import { checks, checkNow, validateDraft } from '@/components/config/checks'
import { draft, modelFolder, toArgs } from '@/components/config/draft'
import { filter, sought } from '@/components/config/filter'
import { showRun } from '@/components/run/current'
import { currentSamplePrompts } from '@/components/run/sample-prompts'
import { thisWindow } from '@/components/window'
import type { Fault } from '@/lib/errors'

/** Starts the draft and shows its run; the answer is a fault that belongs to no field, if there is one. */
export async function launch(): Promise<Fault | null> {
  const now = draft.get()
  const own = validateDraft(now)
  checks.set((state) => ({ ...state, own, attempted: true }))
  if (own.length > 0) return null
  const report = await checkNow()
  if (report.faults.length > 0) return null
  const reply = await call('start', { args: toArgs(now), model: modelFolder(now), name: now.run_name.trim() || null, by: thisWindow(), sample_prompts: currentSamplePrompts() })
  if (!reply.ok) return takeFault(reply.fault)
  checks.set((state) => ({ ...state, attempted: false }))
  draft.set((state) => ({ ...state, run_name: '' }))
  showRun(reply.value.id)
  return null
}

/** A fault of the start that names a field is shown there. */
function takeFault(fault: Fault): Fault | null {
  if (fault.field === undefined) return fault
  checks.set((state) => ({ ...state, report: { faults: [fault], warnings: [], plan: null }, asked: draft.get() }))
  return null
}

/** Moves to the first field with a fault, once the page has drawn it. */
export function focusFirstFault(): void {
  requestAnimationFrame(() => focus('[data-field] [aria-invalid="true"]'))
}

/** Moves to a control, wherever it is folded away. */
export function focusControl(name: string): void {
  filter.set(() => ({ query: '', only_changed: false }))
  sought.set(() => name)
  focusSoon(`[data-field="${name}"] :is(input, textarea, button[id])`, FRAMES_TO_OPEN)
}

/** What was folded away is drawn a few frames later. */
const FRAMES_TO_OPEN = 30

function focusSoon(selector: string, frames: number): void {
  requestAnimationFrame(() => {
    if (document.querySelector(selector)) focus(selector)
    else if (frames > 0) return focusSoon(selector, frames - 1)
    sought.set(() => null)
  })
}

function focus(selector: string): void {
  const field = document.querySelector<HTMLElement>(selector)
  field?.focus()
  field?.scrollIntoView({ block: 'center' })
}
