'use client'
/** Saving rows as a new dataset: its name, how far it is, and the way to it. Closing the dialog gives an unfinished saving up. */
import Link from 'next/link'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { call } from '@/components/call'
import { type Place, viewHref } from '@/components/dataset/view/place'
import type { Changes } from '@/components/dataset/view/use-changes'
import { rowWish, type Wish } from '@/components/dataset/view/use-find'
import { useLocale } from '@/components/locale'
import { Button, buttonClass } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Message } from '@/components/ui/message'
import { ProgressBar } from '@/components/ui/progress-bar'
import { TextInput } from '@/components/ui/text-input'
import type { WriteProgress } from '@/lib/dataset-view'
import type { Fault } from '@/lib/errors'
import type { Reply } from '@/lib/events'
import { count } from '@/lib/format'
import { fill } from '@/lib/messages/text'

interface SaveDialogProps {
  place: Place
  /** Null: all rows. */
  wish: Wish | null
  summary: string
  settings: Record<string, unknown>
  changes: Changes
  onClose: () => void
}

interface Saving {
  progress: WriteProgress | null
  fault: Fault | null
  going: boolean
}

/** `crypto.randomUUID` is not there on a plain-http address. */
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')

function useSaving({ place, wish, settings, changes }: SaveDialogProps) {
  const [state, setState] = useState<Saving>({ progress: null, fault: null, going: false })
  const asked = useRef<Parameters<typeof call<'view_save'>>[1] | null>(null)
  const giveUp = () => {
    if (asked.current) void call('view_save', { ...asked.current, cancel: true })
    asked.current = null
  }
  useEffect(() => giveUp, [])
  const save = async (name: string) => {
    const rows = [...changes].map(([row, text]) => ({ row, text }))
    const request = { ...place, id: newId(), name, changes: rows, wish: wish && rowWish(wish), settings: wish?.filter === 'cut' ? settings : null, cancel: false, file: null }
    asked.current = request
    setState({ progress: null, fault: null, going: true })
    while (asked.current === request) {
      const reply: Reply<WriteProgress> = await call('view_save', request)
      const done = !reply.ok || reply.value.done
      if (done) asked.current = null
      setState((now) => ({ progress: reply.ok ? reply.value : now.progress, fault: reply.ok ? null : reply.fault, going: !done }))
    }
  }
  return { ...state, save }
}

export function SaveDialog(props: SaveDialogProps) {
  const { t, say, locale } = useLocale()
  const { place, summary, onClose } = props
  const [name, setName] = useState(`${place.dataset}_2`)
  const { progress, fault, going, save } = useSaving(props)
  const words = t.ui.view.edit
  const numbers = progress && { seen: count(progress.seen, locale), total: count(progress.total, locale), rows: count(progress.rows, locale), name }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void save(name.trim())
  }
  return (
    <Dialog open onOpenChange={onClose} title={words.title} description={words.help} closeLabel={t.ui.close}>
      <form className="flex flex-col gap-3 p-4" onSubmit={submit}>
        <p>{summary}</p>
        <label className="text-xs text-ink-soft" htmlFor="new-dataset">{words.name}</label>
        <TextInput id="new-dataset" value={name} disabled={going || progress?.done} invalid={fault !== null} onChange={(event) => setName(event.target.value)} />
        {fault && <Message tone="danger" role="alert">{say(fault)}</Message>}
        {going && <ProgressBar label={words.title} value={progress && progress.seen / progress.total} />}
        {numbers && <p role="status" className="tabular text-xs text-ink-soft">{fill(progress?.done ? words.saved : words.going, numbers)}</p>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{progress?.done ? t.ui.close : t.ui.cancel}</Button>
          {progress?.done ? (
            <Link href={viewHref(place.dataset_dir, name.trim())} prefetch={false} className={buttonClass('primary')}>{fill(words.show, { name: name.trim() })}</Link>
          ) : (
            <Button type="submit" intent="primary" disabled={going || name.trim() === ''}>{words.start}</Button>
          )}
        </div>
      </form>
    </Dialog>
  )
}
