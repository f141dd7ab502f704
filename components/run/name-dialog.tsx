'use client'
/** What the board calls a run. */
import { useState, type FormEvent } from 'react'
import { call } from '@/components/call'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { TextInput } from '@/components/ui/text-input'
import type { Fault } from '@/lib/errors'
import { fill } from '@/lib/messages/text'
import type { RunSummary } from '@/lib/run'

export function NameDialog({ run, onClose }: { run: RunSummary; onClose: () => void }) {
  const { t, say } = useLocale()
  const words = t.ui.runs
  const [name, setName] = useState(run.name)
  const [fault, setFault] = useState<Fault | null>(null)
  const folder = run.id.split('/').at(-1) ?? run.id
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const reply = await call('run_note', { id: run.id, change: { name: name.trim() === folder ? '' : name.trim() } })
    if (reply.ok) onClose()
    else setFault(reply.fault)
  }
  return (
    <Dialog open onOpenChange={onClose} title={fill(words.rename_title, { name: run.name })} description={fill(words.rename_help, { folder })} closeLabel={t.ui.close}>
      <form onSubmit={save} className="p-4">
        <label htmlFor="run-name" className="text-xs font-medium text-ink-soft">{words.new_name}</label>
        <TextInput id="run-name" value={name} maxLength={128} onChange={(event) => setName(event.target.value)} />
        {fault && <p role="alert" className="mt-1 text-xs text-danger">{say(fault)}</p>}
        <div className="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>{t.ui.cancel}</Button>
          <Button type="submit" intent="primary" disabled={name.trim() === ''}>{words.save}</Button>
        </div>
      </form>
    </Dialog>
  )
}
