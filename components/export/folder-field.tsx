'use client'
/** Where the export goes: offered, typed, or found by walking the folders; it must be new or empty. */
import FolderOpen from 'lucide-react/icons/folder-open'
import RotateCcw from 'lucide-react/icons/rotate-ccw'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { FieldLabel, labelId } from '@/components/config/config-field'
import { useWords } from '@/components/config/words'
import { change, exportWish } from '@/components/export/wish'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { Button } from '@/components/ui/button'
import { Hint } from '@/components/ui/hint'
import { TextInput } from '@/components/ui/text-input'
import type { Fault } from '@/lib/errors'

const BrowseDialog = dynamic(() => import('@/components/files/browse-dialog').then((module) => module.BrowseDialog), { ssr: false })
const id = 'field-export_dir'

export function FolderField({ folder, fault }: { folder: string; fault: Fault | null }) {
  const { t, say } = useLocale()
  const { label, help } = useWords('export_dir')
  const isOwn = useStore(exportWish, (now) => now.export_dir !== null)
  const [browsing, setBrowsing] = useState(false)
  const name = folder.split('/').filter(Boolean).at(-1) ?? 'export'
  return (
    <div className="min-w-0" data-field="export_dir">
      <div className="flex h-6 items-center gap-px">
        <FieldLabel id={id}>{label}</FieldLabel>
        <Hint label={t.ui.field.help} describedBy={labelId(id)}>
          <p className="text-ink">{help}</p>
          <code className="mt-1.5 block font-mono text-2xs text-ink-faint">export_dir</code>
        </Hint>
        {isOwn && (
          <button type="button" aria-label={t.ui.field.reset} aria-describedby={labelId(id)} title={t.ui.field.reset} className="inline-flex size-6 shrink-0 items-center justify-center rounded-sm text-accent hover:bg-accent-soft" onClick={() => change({ export_dir: null })}>
            <RotateCcw aria-hidden className="size-3" />
          </button>
        )}
      </div>
      <div className="flex gap-1.5">
        <TextInput id={id} value={folder} invalid={fault !== null} describedBy={fault ? 'fault-export_dir' : undefined} onChange={(event) => change({ export_dir: event.target.value })} />
        <Button size="icon" aria-label={t.ui.model.browse} aria-describedby={labelId(id)} title={t.ui.model.browse} onClick={() => setBrowsing(true)}>
          <FolderOpen aria-hidden className="size-4" />
        </Button>
      </div>
      {fault && (
        <p id="fault-export_dir" role="alert" className="mt-1 text-xs text-danger [overflow-wrap:anywhere]">
          {say(fault)}
        </p>
      )}
      {browsing && (
        <BrowseDialog
          title={t.ui.export.folder_title}
          help={t.ui.export.folder_help}
          use=""
          useFolder={t.ui.export.use_folder}
          accepts={() => false}
          onTake={({ path }) => change({ export_dir: `${path.replace(/\/$/, '')}/${name}` })}
          onClose={() => setBrowsing(false)}
        />
      )}
    </div>
  )
}
