'use client'
/** Asks before a dataset's entry is taken out. Its file stays, unless it was uploaded here and the person says otherwise. */
import { useState } from 'react'
import { call } from '@/components/call'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { Dialog } from '@/components/ui/dialog'
import { Message } from '@/components/ui/message'
import type { DatasetEntry } from '@/lib/api'
import type { Fault } from '@/lib/errors'
import { fill } from '@/lib/messages/text'

interface RemoveDialogProps {
  folder: string
  entry: DatasetEntry
  onClose: () => void
  onDone: () => void
}

export function RemoveDialog({ folder, entry, onClose, onDone }: RemoveDialogProps) {
  const { t, say } = useLocale()
  const words = t.ui.datasets
  const [delete_file, setDeleteFile] = useState(false)
  const [fault, setFault] = useState<Fault | null>(null)
  const remove = async () => {
    const reply = await call('dataset_remove', { dataset_dir: folder, dataset: entry.name, delete_file })
    if (!reply.ok) return setFault(reply.fault)
    onDone()
    onClose()
  }
  return (
    <Dialog open onOpenChange={onClose} title={fill(words.remove_title, { name: entry.name })} closeLabel={t.ui.close}>
      <div className="space-y-3 p-4">
        <p className="text-ink-soft">{words.remove_body}</p>
        {entry.path !== null && !entry.is_upload && <p className="text-xs text-ink-faint [overflow-wrap:anywhere]">{fill(words.remove_keeps, { path: entry.path })}</p>}
        {entry.is_upload && (
          <div className="flex items-center gap-2">
            <Checkbox id="delete-file" checked={delete_file} onChange={setDeleteFile} />
            <label htmlFor="delete-file">{words.remove_file}</label>
          </div>
        )}
        {fault && <Message tone="danger" role="alert">{say(fault)}</Message>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.ui.cancel}</Button>
          <Button intent="danger" onClick={remove}>
            {words.remove_action}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
