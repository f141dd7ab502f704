'use client'
/** Walks the folders that the server may use, to a file or folder that the asker accepts. */
import Box from 'lucide-react/icons/box'
import CornerLeftUp from 'lucide-react/icons/corner-left-up'
import File from 'lucide-react/icons/file'
import FolderIcon from 'lucide-react/icons/folder'
import { useState } from 'react'
import { useLocale } from '@/components/locale'
import { useCall } from '@/components/use-call'
import { Button } from '@/components/ui/button'
import { cx } from '@/components/ui/cx'
import { Dialog } from '@/components/ui/dialog'
import { Message } from '@/components/ui/message'
import type { FolderEntry } from '@/lib/api'
import { bytes } from '@/lib/format'

interface BrowseDialogProps {
  title: string
  help: string
  /** What stands at an entry that can be taken. */
  use: string
  accepts: (entry: FolderEntry) => boolean
  /** Offers the opened folder itself, by these words. */
  useFolder?: string
  start?: string | null
  onTake: (entry: Pick<FolderEntry, 'name' | 'path'>) => void
  onClose: () => void
}

export function BrowseDialog({ title, help, use, accepts, useFolder, start = null, onTake, onClose }: BrowseDialogProps) {
  const { t, say } = useLocale()
  const [path, setPath] = useState(start)
  const { reply } = useCall('browse', { path })
  const folder = reply?.ok ? reply.value : null
  const take = (entry: Pick<FolderEntry, 'name' | 'path'>) => {
    onTake(entry)
    onClose()
  }
  return (
    <Dialog open onOpenChange={onClose} title={title} description={help} closeLabel={t.ui.close}>
      <div className="flex min-h-0 flex-col">
        <div className="flex items-center gap-2 border-b border-line px-3 py-2">
          <Button size="sm" disabled={path === null} onClick={() => setPath(folder?.parent ?? null)}>
            <CornerLeftUp aria-hidden className="size-3.5" />
            {t.ui.model.up}
          </Button>
          <span className="min-w-0 flex-1 truncate font-mono text-2xs text-ink-faint" title={folder?.path}>
            {path === null ? '' : folder?.path}
          </span>
          {useFolder && folder && folder.path !== '' && (
            <Button size="sm" intent="primary" onClick={() => take({ name: folder.path, path: folder.path })}>
              {useFolder}
            </Button>
          )}
        </div>
        {reply && !reply.ok && <Message tone="danger" role="alert" className="m-3">{say(reply.fault)}</Message>}
        <ul aria-label={title} className="h-80 min-h-0 overflow-y-auto p-1.5">
          {folder?.entries.map((entry) => (
            <Entry key={entry.path} entry={entry} use={accepts(entry) ? use : null} onOpen={() => setPath(entry.path)} onTake={() => take(entry)} />
          ))}
          {folder?.entries.length === 0 && <li className="p-3 text-xs text-ink-faint">{t.ui.nothing_found}</li>}
        </ul>
      </div>
    </Dialog>
  )
}

/** `use`: the entry can be taken. */
function Entry({ entry, use, onOpen, onTake }: { entry: FolderEntry; use: string | null; onOpen: () => void; onTake: () => void }) {
  const { locale } = useLocale()
  const Icon = entry.is_model ? Box : entry.kind === 'folder' ? FolderIcon : File
  const row = 'flex min-w-0 flex-1 items-center gap-2 rounded-sm px-2 py-1.5 text-left'
  const content = (
    <>
      <Icon aria-hidden className={cx('size-4 shrink-0', use ? 'text-accent' : 'text-ink-faint')} />
      <span className="min-w-0 truncate">{entry.name}</span>
      <span className="ml-auto flex shrink-0 gap-3 text-2xs">
        {use && <span className="font-medium text-accent">{use}</span>}
        {entry.size !== null && <span className="tabular text-ink-faint">{bytes(entry.size, locale)}</span>}
      </span>
    </>
  )
  return (
    <li className="flex items-center gap-2">
      {use || entry.kind === 'folder' ? (
        <button type="button" className={cx(row, 'hover:bg-sunken')} onClick={use ? onTake : onOpen}>
          {content}
        </button>
      ) : (
        <span className={cx(row, 'text-ink-faint')}>{content}</span>
      )}
    </li>
  )
}
