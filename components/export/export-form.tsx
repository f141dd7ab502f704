'use client'
/** What to export, in which form and to where; the size that it will have, and what stands in its way. */
import PackageOpen from 'lucide-react/icons/package-open'
import { useState } from 'react'
import { useBoard } from '@/components/board'
import { call } from '@/components/call'
import { draft } from '@/components/config/draft'
import { AdapterField } from '@/components/export/adapter-field'
import { FolderField } from '@/components/export/folder-field'
import { FormatFields } from '@/components/export/format-fields'
import { HubFields } from '@/components/export/hub-fields'
import { MoreFields } from '@/components/export/more-fields'
import { usePlan } from '@/components/export/use-plan'
import { exportArgs, exportWish, offeredFolder } from '@/components/export/wish'
import { useLocale } from '@/components/locale'
import { baseOf } from '@/components/model/adapter-entries'
import { useSocket } from '@/components/socket'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'
import { Button } from '@/components/ui/button'
import { Message } from '@/components/ui/message'
import type { Fault } from '@/lib/errors'
import type { ExportJob } from '@/lib/export'
import { bytes } from '@/lib/format'
import { fill } from '@/lib/messages/text'

export function ExportForm() {
  const { t, say, locale } = useLocale()
  const words = t.ui.export
  const wish = useStore(exportWish, (now) => now)
  const shown = useStore(draft, (now) => now)
  const { reply: adapters, again } = useCall('adapters', { model_name_or_path: null })
  const entries = adapters?.ok ? adapters.value : null
  const { exports: jobs, connected } = useSocket()
  const home = useBoard()?.home ?? ''
  // Adapters bring their own base.
  const base = baseOf(entries ?? [], wish.adapters)?.base ?? String(shown.args.model_name_or_path ?? '').trim()
  const folder = wish.export_dir ?? (base === '' || home === '' ? '' : unused(offeredFolder(home, base, wish), jobs ?? []))
  const request = { args: exportArgs(wish, base, folder), options: wish.options }
  const { plan, refused, look } = usePlan(base === '' || folder === '' ? null : request)
  const [fault, setFault] = useState<Fault | null>(null)
  const [busy, setBusy] = useState(false)
  const faults = [...(plan?.faults ?? []), ...(refused ? [refused] : []), ...(fault ? [fault] : [])]
  const ofFolder = faults.find(({ field }) => field === 'export_dir') ?? null
  const ofHub = faults.find(({ field }) => field === 'export_hub_model_id') ?? null
  const isGoing = jobs?.some(({ state }) => state.status === 'running') ?? false
  const start = async () => {
    setBusy(true)
    const reply = await call('export_start', request)
    setFault(reply.ok ? null : reply.fault)
    setBusy(false)
    look()
  }
  return (
    <div className="space-y-4 p-4">
      <AdapterField entries={entries} base={String(shown.args.model_name_or_path ?? '')} again={again} />
      <FormatFields />
      <FolderField folder={folder} fault={ofFolder} />
      <HubFields fault={ofHub} onToken={look} />
      <MoreFields />
      {faults.filter((one) => one !== ofFolder && one !== ofHub).map((one) => <Message key={one.code} tone="danger" role="alert">{say(one)}</Message>)}
      <p role="status" className="tabular text-xs text-ink-soft">
        {plan?.bytes != null && faults.length === 0 ? fill(words.size, { bytes: bytes(plan.bytes, locale), available: bytes(plan.available, locale) }) : plan === null && base !== '' && faults.length === 0 ? words.checking_plan : ''}
      </p>
      <Button intent="primary" size="lg" className="w-full" disabled={!connected || busy || isGoing || plan === null || faults.some((one) => one !== fault)} aria-busy={busy} onClick={start}>
        <PackageOpen aria-hidden className="size-4" />
        {busy ? words.starting : words.start}
      </Button>
    </div>
  )
}

/** The same with a number, where an export made that folder already. */
function unused(folder: string, jobs: readonly ExportJob[]): string {
  const isMade = (place: string) => jobs.some((job) => job.folder === place && job.state.status === 'done')
  if (!isMade(folder)) return folder
  let number = 2
  while (isMade(`${folder}-${number}`)) number++
  return `${folder}-${number}`
}
