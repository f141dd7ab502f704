'use client'
/** Uploads: those under way, those of another visit that wait for their file, and files that came and are no dataset yet. Absent when there are none. */
import { useEffect } from 'react'
import { call } from '@/components/call'
import { UploadLine } from '@/components/dataset/upload-line'
import { arrived, discard, keyOfUnfinished, uploads } from '@/components/dataset/uploads'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { Button } from '@/components/ui/button'
import { Confirm } from '@/components/ui/confirm'
import { ProgressBar } from '@/components/ui/progress-bar'
import type { UploadList } from '@/lib/api'
import { bytes } from '@/lib/format'
import { fill } from '@/lib/messages/text'

interface UploadPanelProps {
  list: UploadList | null
  /** Asks the server anew. */
  onChange: () => void
  /** Opens the dialog that chooses files. */
  onChoose: () => void
  /** Takes an uploaded file up as a dataset. */
  onTake: (path: string) => void
}

export function UploadPanel({ list, onChange, onChoose, onTake }: UploadPanelProps) {
  const { t, locale } = useLocale()
  const words = t.ui.datasets.uploads
  const here = useStore(uploads, (now) => now)
  const came = useStore(arrived, (now) => now)
  useEffect(() => {
    if (came === null) return
    onChange()
    if (uploads.get().length === 0) onTake(came) // the last one: nothing else is to be waited for
    arrived.set(null)
  }, [came, onChange, onTake])
  const waiting = list?.unfinished.filter((one) => !here.some(({ key }) => key === keyOfUnfinished(one))) ?? []
  const unlisted = list?.unlisted ?? []
  if (here.length + waiting.length + unlisted.length === 0) return null
  const end = (id: string) => void discard(id).then(onChange, onChange) // gone already is gone too: the list says what is
  const remove = (path: string) => void call('upload_remove', { path }).then(onChange)
  return (
    <section aria-labelledby="uploads-title" className="panel mt-4 overflow-hidden">
      <h2 id="uploads-title" className="border-b border-line px-4 py-2 text-sm font-semibold">{words.title}</h2>
      <ul className="divide-y divide-line">
        {here.map((upload) => (
          <UploadLine key={upload.key} upload={upload} />
        ))}
        {waiting.map((one) => (
          <li key={one.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div className="min-w-0 flex-1 basis-60">
              <p className="font-medium [overflow-wrap:anywhere]">{one.name}</p>
              <p className="tabular mt-0.5 text-xs text-ink-faint">{fill(words.waits, { sent: bytes(one.offset, locale), size: bytes(one.size, locale) })}</p>
              <ProgressBar className="mt-1.5" tone="muted" label={fill(words.progress, { name: one.name })} value={one.size === 0 ? 0 : one.offset / one.size} />
            </div>
            <Button size="sm" onClick={onChoose}>{words.choose_again}</Button>
            <Button size="sm" intent="ghost" aria-label={fill(words.discard_named, { name: one.name })} onClick={() => end(one.id)}>{words.discard}</Button>
          </li>
        ))}
        {unlisted.map((file) => (
          <li key={file.path} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div className="min-w-0 flex-1 basis-60">
              <p className="font-medium [overflow-wrap:anywhere]">{file.name}</p>
              <p className="tabular mt-0.5 text-xs text-ink-faint">{fill(words.unlisted, { size: bytes(file.size, locale) })}</p>
            </div>
            <Button size="sm" intent="primary" aria-label={fill(words.take_named, { name: file.name })} onClick={() => onTake(file.path)}>{words.take}</Button>
            <Confirm
              trigger={<Button size="sm" intent="ghost" aria-label={fill(words.delete_named, { name: file.name })}>{words.delete}</Button>}
              title={fill(words.delete_title, { name: file.name })}
              body={words.delete_body}
              action={words.delete}
              cancel={t.ui.cancel}
              onConfirm={() => remove(file.path)}
            />
          </li>
        ))}
      </ul>
    </section>
  )
}
