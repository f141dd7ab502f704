'use client'
/** Walks the folders that the server may use, to a model's folder. */
import Box from 'lucide-react/icons/box'
import CornerLeftUp from 'lucide-react/icons/corner-left-up'
import File from 'lucide-react/icons/file'
import FolderIcon from 'lucide-react/icons/folder'
import { useState } from 'react'
import { draft, setArg } from '@/components/config/draft'
import { useLocale } from '@/components/locale'
import { bytes } from '@/components/run/numbers'
import { useCall } from '@/components/use-call'
import { Button } from '@/components/ui/button'
import { cx } from '@/components/ui/cx'
import { Dialog } from '@/components/ui/dialog'
import { Message } from '@/components/ui/message'
import type { FolderEntry } from '@/lib/api'

export function BrowseDialog({ onClose }: { onClose: () => void }) {
  const { t, say } = useLocale()
  const [path, setPath] = useState<string | null>(null)
  const { reply } = useCall('browse', { path })
  const take = (entry: FolderEntry) => {
    draft.set((now) => ({ ...now, model_name: entry.name }))
    setArg('model_name_or_path', entry.path)
    onClose()
  }
  const folder = reply?.ok ? reply.value : null
  return (
    <Dialog open onOpenChange={onClose} title={t.ui.model.browse_title} description={t.ui.model.browse_help} closeLabel={t.ui.close}>
      <div className="flex min-h-0 flex-col">
        <div className="flex items-center gap-2 border-b border-line px-3 py-2">
          <Button size="sm" disabled={path === null} onClick={() => setPath(folder?.parent ?? null)}>
            <CornerLeftUp aria-hidden className="size-3.5" />
            {t.ui.model.up}
          </Button>
          <span className="min-w-0 truncate font-mono text-2xs text-ink-faint" title={folder?.path}>
            {path === null ? '' : folder?.path}
          </span>
        </div>
        {reply && !reply.ok && <Message tone="danger" role="alert" className="m-3">{say(reply.fault)}</Message>}
        <ul aria-label={t.ui.model.browse_title} className="h-80 min-h-0 overflow-y-auto p-1.5">
          {folder?.entries.map((entry) => (
            <Entry key={entry.path} entry={entry} onOpen={() => setPath(entry.path)} onTake={() => take(entry)} />
          ))}
          {folder?.entries.length === 0 && <li className="p-3 text-xs text-ink-faint">{t.ui.nothing_found}</li>}
        </ul>
      </div>
    </Dialog>
  )
}

function Entry({ entry, onOpen, onTake }: { entry: FolderEntry; onOpen: () => void; onTake: () => void }) {
  const { t } = useLocale()
  const Icon = entry.is_model ? Box : entry.kind === 'folder' ? FolderIcon : File
  const row = 'flex min-w-0 flex-1 items-center gap-2 rounded-sm px-2 py-1.5 text-left'
  const icon = <Icon aria-hidden className={cx('size-4 shrink-0', entry.is_model ? 'text-accent' : 'text-ink-faint')} />
  return (
    <li className="flex items-center gap-2">
      {entry.kind === 'folder' ? (
        <button type="button" className={cx(row, 'hover:bg-sunken')} onClick={entry.is_model ? onTake : onOpen}>
          {icon}
          <span className="min-w-0 truncate">{entry.name}</span>
          {entry.is_model && <span className="ml-auto shrink-0 text-2xs font-medium text-accent">{t.ui.model.use}</span>}
        </button>
      ) : (
        <span className={cx(row, 'text-ink-faint')}>
          {icon}
          <span className="min-w-0 truncate">{entry.name}</span>
          {entry.size !== null && <span className="tabular ml-auto shrink-0 text-2xs">{bytes(entry.size)}</span>}
        </span>
      )}
    </li>
  )
}
