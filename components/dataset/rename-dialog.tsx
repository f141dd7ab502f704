'use client'
/** Another name for a dataset. Its file keeps its own. */
import { useState, type FormEvent } from 'react'
import { call } from '@/components/call'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { TextInput } from '@/components/ui/text-input'
import type { DatasetEntry } from '@/lib/api'
import type { Fault } from '@/lib/errors'
import { fill } from '@/lib/messages/text'

interface RenameDialogProps {
  folder: string
  entry: DatasetEntry
  taken: readonly DatasetEntry[]
  onClose: () => void
  onDone: () => void
}

export function RenameDialog({ folder, entry, taken, onClose, onDone }: RenameDialogProps) {
  const { t, say } = useLocale()
  const words = t.ui.datasets
  const [name, setName] = useState(entry.name)
  const [refused, setRefused] = useState<Fault | null>(null)
  const doubled = name !== entry.name && taken.some((other) => other.name === name)
  const fault: Fault | null = doubled ? { code: 'dataset_name_taken', values: { name, path: folder } } : refused
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const reply = await call('dataset_rename', { dataset_dir: folder, dataset: entry.name, name })
    if (!reply.ok) return setRefused(reply.fault)
    onDone()
    onClose()
  }
  return (
    <Dialog open onOpenChange={onClose} title={fill(words.rename_title, { name: entry.name })} closeLabel={t.ui.close}>
      <form onSubmit={save} className="p-4">
        <label htmlFor="new-name" className="text-xs font-medium text-ink-soft">
          {words.new_name}
        </label>
        <TextInput
          id="new-name"
          value={name}
          invalid={fault !== null}
          describedBy={fault ? 'new-name-fault' : undefined}
          onChange={(event) => {
            setName(event.target.value)
            setRefused(null)
          }}
        />
        {fault && (
          <p id="new-name-fault" role="alert" className="mt-1 text-xs text-danger">
            {say(fault)}
          </p>
        )}
        <div className="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>{t.ui.cancel}</Button>
          <Button type="submit" intent="primary" disabled={name === '' || doubled}>
            {words.rename_action}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
