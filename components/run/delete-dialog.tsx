'use client'
/** Asks before a run is deleted, and says what goes. */
import { call } from '@/components/call'
import { useLocale } from '@/components/locale'
import { useCall } from '@/components/use-call'
import { Confirm } from '@/components/ui/confirm'
import type { Fault } from '@/lib/errors'
import { bytes, count } from '@/lib/format'
import { fill } from '@/lib/messages/text'
import type { RunSummary } from '@/lib/run'

interface DeleteDialogProps {
  run: RunSummary
  onClose: () => void
  onFault: (fault: Fault | null) => void
}

export function DeleteDialog({ run, onClose, onFault }: DeleteDialogProps) {
  const { t, say, locale } = useLocale()
  const { reply } = useCall('run_files', { id: run.id })
  const words = t.ui.runs
  const files = reply?.ok ? reply.value : []
  const size = files.reduce((sum, file) => sum + file.size, 0)
  const told = fill(words.delete_body, { count: count(files.length, locale), size: bytes(size, locale) })
  const remove = async () => {
    const done = await call('run_delete', { id: run.id })
    onFault(done.ok ? null : done.fault)
  }
  return (
    <Confirm
      open
      onOpenChange={onClose}
      title={fill(words.delete_title, { name: run.name })}
      body={reply === null ? words.delete_wait : reply.ok ? told : say(reply.fault)}
      action={words.delete}
      cancel={t.ui.cancel}
      onConfirm={() => void remove()}
    />
  )
}
