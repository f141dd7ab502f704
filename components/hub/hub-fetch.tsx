'use client'
/** The download of rows or of a model: begun, watched, stopped, gone on with. It belongs to the server, so it goes on when the page is closed. */
import Download from 'lucide-react/icons/download'
import { useState } from 'react'
import { call } from '@/components/call'
import { HubRefusal } from '@/components/hub/hub-refusal'
import { useLocale } from '@/components/locale'
import { useSocket } from '@/components/socket'
import { Button } from '@/components/ui/button'
import { ProgressBar } from '@/components/ui/progress-bar'
import type { Fault } from '@/lib/errors'
import { bytes } from '@/lib/format'
import type { Download as Going } from '@/lib/hub/download'
import { hubs } from '@/lib/hub/hub'
import { refKey, type HubRef } from '@/lib/hub/ref'
import { fill } from '@/lib/messages/text'

interface HubFetchProps {
  wanted: HubRef
  /** What comes after the download, and its words. */
  next: string
  onNext: () => void
}

export function HubFetch({ wanted, next, onNext }: HubFetchProps) {
  const { t } = useLocale()
  const words = t.ui.hub
  const { downloads } = useSocket()
  const [refused, setRefused] = useState<Fault | null>(null)
  const going = downloads.find(({ ref }) => refKey(ref) === refKey(wanted)) ?? null
  const ask = async (name: 'hub_fetch' | 'hub_stop') => {
    const answer = await call(name, wanted)
    setRefused(answer.ok ? null : answer.fault)
  }
  const fault = refused ?? going?.fault ?? null
  return (
    <div className="space-y-2">
      {going && <Progress download={going} />}
      {fault && <HubRefusal hub={wanted.hub} fault={fault} onToken={() => void ask('hub_fetch')} />}
      <div className="flex flex-wrap gap-2">
        {going?.status === 'going' && <Button onClick={() => ask('hub_stop')}>{words.stop}</Button>}
        {going?.status === 'done' && <Button intent="primary" onClick={onNext}>{next}</Button>}
        {going?.status !== 'going' && (
          <Button intent={going?.status === 'done' ? 'secondary' : 'primary'} onClick={() => ask('hub_fetch')}>
            <Download aria-hidden className="size-3.5" />
            {going === null ? words.fetch : going.status === 'done' ? words.fetch_again : words.go_on}
          </Button>
        )}
      </div>
    </div>
  )
}

function Progress({ download: { ref, status, file, files, files_done, bytes: have, total, rate } }: { download: Going }) {
  const { t, locale } = useLocale()
  const words = t.ui.hub
  const size = (value: number) => bytes(value, locale)
  const sentence = () => {
    if (status === 'done') return fill(words.done, { size: size(total) })
    if (total === 0) return status === 'going' ? fill(words.asking, { hub: hubs[ref.hub].title }) : words.stopped
    const parts = { done: size(have), total: size(total) }
    return status === 'going' ? fill(words.progress, { ...parts, rate: size(rate) }) : fill(words.stopped_at, parts)
  }
  return (
    <div className="space-y-1">
      <ProgressBar label={words.progress_label} value={total === 0 ? (status === 'going' ? null : 0) : have / total} tone={status === 'done' ? 'good' : status === 'going' ? 'accent' : 'muted'} />
      <p className="tabular text-xs text-ink-soft">{sentence()}</p>
      {status === 'going' && file !== null && (
        <p className="truncate font-mono text-2xs text-ink-faint" title={file}>
          {fill(words.file, { number: Math.min(files_done + 1, files), count: files, file })}
        </p>
      )}
    </div>
  )
}
