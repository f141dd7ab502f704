'use client'
/** The adapters that a training goes on from: results of runs, their checkpoints, or folders found by browsing; several in the order in which they were chosen. */
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { useFault } from '@/components/config/checks'
import { FieldFault, FieldLabel, FieldTools } from '@/components/config/config-field'
import { draft, setArg } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { namesOf } from '@/components/dataset/dataset-field'
import { useLocale } from '@/components/locale'
import { CheckpointList } from '@/components/model/checkpoint-list'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'
import { Chooser } from '@/components/ui/chooser'

const BrowseDialog = dynamic(() => import('@/components/files/browse-dialog').then((module) => module.BrowseDialog), { ssr: false })

const id = 'field-adapter_name_or_path'

/** The run's name, with the checkpoint's where it is one. */
const shortName = (path: string): string => path.split('/').filter(Boolean).slice(/\/checkpoint-\d+\/?$/.test(path) ? -2 : -1).join(' / ')

export function CheckpointField() {
  const { t } = useLocale()
  const { label } = useWords('adapter_name_or_path')
  const chosen = namesOf(useStore(draft, (now) => now.args.adapter_name_or_path))
  const base = useStore(draft, (now) => String(now.args.model_name_or_path ?? '').trim())
  const fault = useFault('adapter_name_or_path')
  const [open, setOpen] = useState(false)
  const [browsing, setBrowsing] = useState(false)
  const { reply } = useCall('adapters', open ? { model_name_or_path: null } : null)
  const take = (next: readonly string[]) => setArg('adapter_name_or_path', next.length === 0 ? null : next)
  return (
    <div className="min-w-0" data-field="adapter_name_or_path">
      <div className="flex h-6 items-center gap-0.5">
        <FieldLabel id={id}>{label}</FieldLabel>
        <FieldTools name="adapter_name_or_path" id={id} changed={chosen.length > 0} />
      </div>
      <Chooser
        id={id}
        label={label}
        shown={chosen.length === 0 ? t.ui.model.no_checkpoint : chosen.map(shortName).join(', ')}
        empty={chosen.length === 0}
        invalid={fault !== null}
        faultId={fault ? 'fault-adapter_name_or_path' : undefined}
        align="end"
        onOpenChange={setOpen}
        classNames={{ shown: 'truncate', panel: 'w-80' }}
      >
        <CheckpointList label={label} entries={reply?.ok ? reply.value : null} base={base} chosen={chosen} onChange={take} onBrowse={() => setBrowsing(true)} />
      </Chooser>
      <FieldFault name="adapter_name_or_path" />
      {browsing && (
        <BrowseDialog
          title={t.ui.model.browse_checkpoint}
          help={t.ui.model.browse_checkpoint_help}
          use={t.ui.model.use}
          accepts={() => false}
          useFolder={t.ui.model.use_checkpoint}
          onTake={({ path }) => take([...chosen.filter((other) => other !== path), path])}
          onClose={() => setBrowsing(false)}
        />
      )}
    </div>
  )
}
