'use client'
/** Below the path of a hub's model that is not here: how far its download is, or the way to it. */
import Download from 'lucide-react/icons/download'
import { useEffect } from 'react'
import { useLocale } from '@/components/locale'
import { useSocket } from '@/components/socket'
import { Button } from '@/components/ui/button'
import { ProgressBar } from '@/components/ui/progress-bar'
import { hubs } from '@/lib/hub/hub'
import { refKey, type ModelRef } from '@/lib/hub/ref'
import { fill } from '@/lib/messages/text'

interface ModelFetchProps {
  wanted: ModelRef
  describedBy: string
  onOpen: () => void
  /** The model has arrived. */
  onHere: () => void
}

export function ModelFetch({ wanted, describedBy, onOpen, onHere }: ModelFetchProps) {
  const { t } = useLocale()
  const words = t.ui.model
  const { downloads } = useSocket()
  const { hub, model: id } = wanted
  const download = downloads.find((one) => refKey(one.ref) === refKey(wanted)) ?? null
  const status = download?.status ?? null
  useEffect(() => {
    if (status === 'done') onHere()
  }, [status])
  const going = download !== null && status === 'going'
  return (
    <div className="mt-1 flex items-center gap-2">
      {going ? (
        <ProgressBar className="min-w-0 flex-1" label={fill(words.progress_label, { id })} value={download.total === 0 ? null : download.bytes / download.total} />
      ) : (
        <p id={describedBy} role="alert" className="min-w-0 flex-1 text-xs text-danger [overflow-wrap:anywhere]">
          {fill(words.not_here, { hub: hubs[hub].title })}
        </p>
      )}
      <Button size="sm" intent={going ? 'secondary' : 'primary'} className="shrink-0" onClick={onOpen}>
        <Download aria-hidden className="size-3.5" />
        {going ? words.show_download : words.download}
      </Button>
    </div>
  )
}
