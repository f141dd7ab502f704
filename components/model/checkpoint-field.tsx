'use client'
/** The adapters that a training goes on from. */
import { useState } from 'react'
import { useFault } from '@/components/config/checks'
import { FieldFault, FieldLabel, FieldTools } from '@/components/config/config-field'
import { draft, setArg } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { namesOf } from '@/components/dataset/dataset-field'
import { useLocale } from '@/components/locale'
import { CheckpointChooser } from '@/components/model/checkpoint-chooser'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'

const id = 'field-adapter_name_or_path'

export function CheckpointField() {
  const { t } = useLocale()
  const { label } = useWords('adapter_name_or_path')
  const chosen = namesOf(useStore(draft, (now) => now.args.adapter_name_or_path))
  const base = useStore(draft, (now) => String(now.args.model_name_or_path ?? '').trim())
  const fault = useFault('adapter_name_or_path')
  const [open, setOpen] = useState(false)
  const { reply } = useCall('adapters', open ? { model_name_or_path: null } : null)
  return (
    <div className="min-w-0" data-field="adapter_name_or_path">
      <div className="flex h-6 items-center gap-px">
        <FieldLabel id={id}>{label}</FieldLabel>
        <FieldTools name="adapter_name_or_path" id={id} changed={chosen.length > 0} />
      </div>
      <CheckpointChooser
        id={id}
        label={label}
        entries={reply?.ok ? reply.value : null}
        base={base}
        chosen={chosen}
        none={t.ui.model.no_checkpoint}
        faultId={fault ? 'fault-adapter_name_or_path' : undefined}
        align="end"
        onChange={(next) => setArg('adapter_name_or_path', next.length === 0 ? null : next)}
        onOpen={setOpen}
      />
      <FieldFault name="adapter_name_or_path" />
    </div>
  )
}
