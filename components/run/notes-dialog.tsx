'use client'
/** Notes and tags of a run; they lie in its folder. */
import { useState, type FormEvent } from 'react'
import { call } from '@/components/call'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { TextInput } from '@/components/ui/text-input'
import type { Fault } from '@/lib/errors'
import { fill } from '@/lib/messages/text'
import type { RunSummary } from '@/lib/run'

/** In either comma; each once. */
const tagsIn = (text: string): string[] => [...new Set(text.split(/[,，]/).map((tag) => tag.trim().slice(0, 40)).filter(Boolean))].slice(0, 20)

export function NotesDialog({ run, onClose }: { run: RunSummary; onClose: () => void }) {
  const { t, say } = useLocale()
  const words = t.ui.runs
  const [notes, setNotes] = useState(run.notes)
  const [tags, setTags] = useState(run.tags.join(', '))
  const [fault, setFault] = useState<Fault | null>(null)
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const reply = await call('run_note', { id: run.id, change: { notes, tags: tagsIn(tags) } })
    if (reply.ok) onClose()
    else setFault(reply.fault)
  }
  return (
    <Dialog open onOpenChange={onClose} title={fill(words.note_title, { name: run.name })} closeLabel={t.ui.close}>
      <form onSubmit={save} className="space-y-3 p-4">
        <div>
          <label htmlFor="run-notes" className="text-xs font-medium text-ink-soft">{words.notes}</label>
          <textarea id="run-notes" className="control h-32 resize-y py-1.5" maxLength={4000} value={notes} onChange={(event) => setNotes(event.target.value)} />
        </div>
        <div>
          <label htmlFor="run-tags" className="text-xs font-medium text-ink-soft">{words.tags}</label>
          <TextInput id="run-tags" describedBy="run-tags-help" value={tags} onChange={(event) => setTags(event.target.value)} />
          <p id="run-tags-help" className="mt-1 text-2xs text-ink-faint">{words.tags_help}</p>
        </div>
        {fault && <p role="alert" className="text-xs text-danger">{say(fault)}</p>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.ui.cancel}</Button>
          <Button type="submit" intent="primary">{words.save}</Button>
        </div>
      </form>
    </Dialog>
  )
}
