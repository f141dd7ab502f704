'use client'
/** Choosing what runs have left, several in the order in which they were chosen: their results, their checkpoints, or adapters' folders found by browsing. What is chosen is the caller's. */
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { useLocale } from '@/components/locale'
import { withBeneath } from '@/components/model/adapter-entries'
import { CheckpointList } from '@/components/model/checkpoint-list'
import { Chooser } from '@/components/ui/chooser'
import type { AdapterEntry } from '@/lib/api'

const BrowseDialog = dynamic(() => import('@/components/files/browse-dialog').then((module) => module.BrowseDialog), { ssr: false })

interface CheckpointChooserProps {
  id: string
  label: string
  /** Null until they are known. */
  entries: readonly AdapterEntry[] | null
  /** Which of them are wanted. Adapters are looked for in other places, too. */
  kind?: AdapterEntry['kind']
  /** The model that they are wanted for; its own stand first. */
  base: string
  chosen: readonly string[]
  /** Shown where none is chosen. */
  none: string
  faultId?: string
  align: 'start' | 'end'
  onChange: (paths: string[]) => void
  onOpen: (open: boolean) => void
}

/** The run's name, with the checkpoint's where it is one. */
const shortName = (path: string): string => path.split('/').filter(Boolean).slice(/\/checkpoint-\d+\/?$/.test(path) ? -2 : -1).join(' / ')

export function CheckpointChooser({ id, label, entries, kind = 'adapter', base, chosen, none, faultId, align, onChange, onOpen }: CheckpointChooserProps) {
  const { t } = useLocale()
  const [browsing, setBrowsing] = useState(false)
  const add = (path: string) => onChange([...chosen, ...withBeneath(entries ?? [], path).filter((one) => !chosen.includes(one))])
  return (
    <>
      <Chooser
        id={id}
        label={label}
        shown={chosen.length === 0 ? none : chosen.map(shortName).join(', ')}
        empty={chosen.length === 0}
        invalid={faultId !== undefined}
        faultId={faultId}
        align={align}
        onOpenChange={onOpen}
        classNames={{ shown: 'truncate', panel: 'w-80' }}
      >
        <CheckpointList label={label} entries={entries?.filter((entry) => entry.kind === kind) ?? null} base={base} chosen={chosen} empty={kind === 'adapter' ? t.ui.model.no_checkpoints : t.ui.model.no_wholes} onAdd={add} onDrop={(path) => onChange(chosen.filter((one) => one !== path))} onBrowse={kind === 'adapter' ? () => setBrowsing(true) : undefined} />
      </Chooser>
      {browsing && (
        <BrowseDialog
          title={t.ui.model.browse_checkpoint}
          help={t.ui.model.browse_checkpoint_help}
          use={t.ui.model.use}
          accepts={() => false}
          useFolder={t.ui.model.use_checkpoint}
          onTake={({ path }) => add(path)}
          onClose={() => setBrowsing(false)}
        />
      )}
    </>
  )
}
