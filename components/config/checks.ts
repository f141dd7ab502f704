'use client'
/**
 * What is wrong with the draft and what it would do: the schema's faults at once, the server's check (paths, data, tokens, memory) a
 * moment after the last change. Every field reads its own sentence from here.
 */
import { useEffect } from 'react'
import { call } from '@/components/call'
import { draft, extraOf, modelFolder, toArgs, touched, type Draft } from '@/components/config/draft'
import { createStore, useStore } from '@/components/store'
import type { CheckReport } from '@/lib/api'
import { readExtra } from '@/lib/config/extra'
import { isKey } from '@/lib/config/fields'
import { parseArgs } from '@/lib/config/schema'
import type { Fault } from '@/lib/errors'

interface Checks {
  /** Faults that the schema finds by itself. */
  own: Fault[]
  /** The server's answer to the newest draft that it was asked about. */
  report: CheckReport | null
  /** The draft that `report` is about: what was changed since has no fault of the server's. */
  asked: Draft | null
  checking: boolean
  /** Start was pressed on this draft: everything that is missing is shown too. */
  attempted: boolean
}

export const checks = createStore<Checks>({ own: [], report: null, asked: null, checking: false, attempted: false })

const CHECK_DELAY_MS = 500

/** The schema stops at values that are wrong in themselves; what else is missing is found with those left at their defaults. */
export function validateDraft(now: Draft): Fault[] {
  const extra = readExtra(now.extra_args)
  return [...(extra.ok ? [] : extra.faults), ...argsFaults(toArgs(now)).map((fault) => placed(fault, now))]
}

/** A fault of what the extra arguments set stands at their field. */
const placed = (fault: Fault, now: Draft): Fault => (fault.field !== undefined && Object.hasOwn(extraOf(now), fault.field) ? { ...fault, field: 'extra_args' } : fault)

function argsFaults(args: Record<string, unknown>): Fault[] {
  const parsed = parseArgs(args)
  if (parsed.ok) return []
  const wrong = new Set(parsed.faults.map(({ field }) => field))
  const rest = parseArgs(Object.fromEntries(Object.entries(args).filter(([key]) => !wrong.has(key))))
  const more = rest.ok ? [] : rest.faults.filter(({ field }) => !wrong.has(field))
  return [...parsed.faults, ...more]
}

/** The question that is on its way, so that Start does not ask the same again. */
let pending: { asked: Draft; answer: Promise<CheckReport> } | null = null

async function ask(asked: Draft): Promise<CheckReport> {
  checks.set((now) => ({ ...now, checking: true }))
  const reply = await call('check', { args: toArgs(asked), model: modelFolder(asked) })
  const answer: CheckReport = reply.ok ? reply.value : { faults: [reply.fault], warnings: [], plan: null }
  const report = { ...answer, faults: answer.faults.map((fault) => placed(fault, asked)), warnings: answer.warnings.map((fault) => placed(fault, asked)) }
  if (draft.get() === asked) checks.set((now) => ({ ...now, report, asked, checking: false }))
  if (pending?.asked === asked) pending = null
  return report
}

/** The server's report on the draft as it is now: the good one that is there, or the one on its way, else a new one: what was wrong may be mended by now. */
export function checkNow(): Promise<CheckReport> {
  const now = draft.get()
  const { report, asked } = checks.get()
  if (report?.faults.length === 0 && asked === now) return Promise.resolve(report)
  if (pending?.asked !== now) pending = { asked: now, answer: ask(now) }
  return pending.answer
}

/** Runs the checks while the page is there. */
export function useChecks(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const onChange = () => {
      clearTimeout(timer)
      const own = validateDraft(draft.get())
      checks.set((now) => ({ ...now, own, checking: own.length === 0 }))
      if (own.length === 0) timer = setTimeout(checkNow, CHECK_DELAY_MS)
    }
    onChange()
    const stop = draft.subscribe(onChange)
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [])
}

/** Faults that may be shown now: all after Start was pressed, else the server's and those of settings that were changed. */
export function shownFaults({ own, report, asked, attempted }: Checks, changed: ReadonlySet<string>): Fault[] {
  if (own.length > 0) return attempted ? own : own.filter(({ field, code }) => field !== undefined && changed.has(field) && code !== 'missing_key')
  const { args, extra_args } = draft.get()
  const isAsItWas = (field: string) => (field === 'extra_args' ? extra_args === asked?.extra_args : !isKey(field) || args[field] === asked?.args[field])
  return (report?.faults ?? []).filter(({ field }) => field === undefined || isAsItWas(field))
}

/** The fault of one setting, if it may be shown. */
export function useFault(key: string): Fault | null {
  const changed = useStore(touched, (now) => now)
  return useStore(checks, (now) => shownFaults(now, changed).find(({ field }) => field === key) ?? null)
}

/** The warning of one setting. */
export function useWarning(key: string): Fault | null {
  return useStore(checks, (now) => (now.own.length > 0 ? null : (now.report?.warnings.find(({ field }) => field === key) ?? null)))
}
