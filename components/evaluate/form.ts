'use client'
/** The evaluation's form, apart from the training's: raw values as typed, kept per tab over a reload; its faults, and starting it. */
import { useEffect } from 'react'
import { z } from 'zod'
import { call } from '@/components/call'
import { draft, modelFolder } from '@/components/config/draft'
import { showEvaluation } from '@/components/evaluate/current'
import { createStore } from '@/components/store'
import { recall, remember } from '@/components/stored'
import { thisWindow } from '@/components/window'
import type { CheckReport } from '@/lib/api'
import { evaluateArgs, evaluateFirst, type EvaluateKey, type EvaluateValues } from '@/lib/config/evaluate-page'
import { parseArgs } from '@/lib/config/schema'
import type { Fault } from '@/lib/errors'

export interface Form {
  values: EvaluateValues
  adapters: string[]
  compare_base: boolean
  /** Last part of `output_dir`; empty: the server makes `eval_<date-time>`. */
  run_name: string
}

const storageKey = 'tuneboard.evaluate'
const storedSchema = z.object({ values: z.record(z.string(), z.unknown()), adapters: z.array(z.string()).default([]), compare_base: z.boolean(), run_name: z.string() })
const first: Form = { values: { ...evaluateFirst }, adapters: [], compare_base: false, run_name: '' }
export const form = createStore<Form>(first)

export const setForm = (change: Partial<Form>): void => form.set((now) => ({ ...now, ...change }))
export const setValue = (key: EvaluateKey, value: unknown): void => form.set((now) => ({ ...now, values: { ...now.values, [key]: value } }))

/** Asked for on another screen: these adapters, with all else as it was left. */
export function wishEvaluation(adapters: string[]): void {
  form.set((now) => ({ ...(stored() ?? now), adapters }))
  remember(storageKey, form.get())
}

function stored(): Form | null {
  const parsed = storedSchema.safeParse(recall(storageKey))
  return parsed.success ? { ...parsed.data, values: { ...evaluateFirst, ...parsed.data.values } } : null
}

const two = (value: number) => String(value).padStart(2, '0')

/** As the server names an evaluation without a name. */
function timeName(now = new Date()): string {
  return `eval_${[now.getFullYear(), ...[now.getMonth() + 1, now.getDate(), now.getHours(), now.getMinutes(), now.getSeconds()].map(two)].join('-')}`
}

export const outputFolder = (): string => `saves/${modelFolder(draft.get()) ?? 'model'}/${String(draft.get().args.finetuning_type)}`

export function toArgs({ values, adapters, run_name }: Form): Record<string, unknown> {
  return evaluateArgs({ values, adapters, output_dir: `${outputFolder()}/${run_name.trim() || timeName()}` }, draft.get().args)
}

interface Checked {
  faults: Fault[]
  plan: CheckReport['plan']
  /** Start was pressed: what is missing is shown, too. */
  attempted: boolean
}
export const checked = createStore<Checked>({ faults: [], plan: null, attempted: false })

const CHECK_DELAY_MS = 500

function ownFaults(): Fault[] {
  const parsed = parseArgs(toArgs(form.get()))
  return parsed.ok ? [] : parsed.faults
}

let round = 0

/** The server's report; an answer to an older question is forgotten. */
async function askServer(): Promise<Fault[]> {
  const mine = ++round
  const reply = await call('check', { args: toArgs(form.get()) })
  const report = reply.ok ? reply.value : { faults: [reply.fault], plan: null }
  if (mine === round) checked.set((now) => ({ ...now, faults: report.faults, plan: report.plan }))
  return report.faults
}

/** Keeps the form and its checks going while the screen is there. */
export function useForm(): void {
  useEffect(() => {
    form.set((now) => stored() ?? now)
    let timer: ReturnType<typeof setTimeout> | undefined
    const onChange = () => {
      clearTimeout(timer)
      round++
      const faults = ownFaults()
      checked.set((now) => ({ ...now, faults, plan: faults.length > 0 ? null : now.plan }))
      if (faults.length === 0) timer = setTimeout(() => void askServer(), CHECK_DELAY_MS)
    }
    const stops = [form.subscribe(onChange), form.subscribe(() => remember(storageKey, form.get())), draft.subscribe(onChange)]
    onChange()
    return () => {
      stops.forEach((stop) => stop())
      clearTimeout(timer)
    }
  }, [])
}

/** Starts the evaluation and shows it; gives a fault of the start itself. */
export async function launch(): Promise<Fault | null> {
  const now = form.get()
  checked.set((state) => ({ ...state, attempted: true }))
  if (ownFaults().length > 0) return null
  if ((await askServer()).length > 0) return null
  const reply = await call('start', { args: toArgs(now), model: modelFolder(draft.get()), name: now.run_name.trim() || null, by: thisWindow(), compare_base: now.compare_base && now.adapters.length > 0 })
  if (!reply.ok) return reply.fault
  checked.set((state) => ({ ...state, attempted: false }))
  setForm({ run_name: '' })
  showEvaluation(reply.value.id)
  return null
}
