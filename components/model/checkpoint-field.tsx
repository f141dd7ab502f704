'use client'
/** What a training goes on from: adapters, or, where the model itself is trained, one that a run has left, which is then the model. */
import { useState } from 'react'
import { useFault } from '@/components/config/checks'
import { FieldFault, FieldLabel, FieldTools } from '@/components/config/config-field'
import { draft, setArg } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { namesOf } from '@/components/dataset/dataset-field'
import { useLocale } from '@/components/locale'
import { takeWhole } from '@/components/model/adapter-entries'
import { CheckpointChooser } from '@/components/model/checkpoint-chooser'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'

const id = 'field-adapter_name_or_path'

export function CheckpointField() {
  const { t } = useLocale()
  const { label } = useWords('adapter_name_or_path')
  const adapters = namesOf(useStore(draft, (now) => now.args.adapter_name_or_path))
  const whole = useStore(draft, (now) => now.args.finetuning_type !== 'lora')
  const base = useStore(draft, (now) => String(now.args.model_name_or_path ?? '').trim())
  const fault = useFault('adapter_name_or_path')
  const [open, setOpen] = useState(false)
  const { reply, again } = useCall('adapters', open || whole ? { model_name_or_path: null } : null)
  const entries = reply?.ok ? reply.value : null
  const started = entries?.find(({ kind, path }) => kind === 'model' && path === base)
  const chosen = whole ? (started ? [started.path] : []) : adapters
  const take = (next: readonly string[]) => {
    const picked = whole ? entries?.find(({ path }) => path === next.find((one) => !chosen.includes(one))) : undefined
    if (!whole) setArg('adapter_name_or_path', next.length === 0 ? null : next)
    else if (picked) takeWhole(picked)
    else if (started) setArg('model_name_or_path', started.base)
  }
  return (
    <div className="min-w-0" data-field="adapter_name_or_path">
      <div className="flex h-6 items-center gap-px">
        <FieldLabel id={id}>{label}</FieldLabel>
        <FieldTools name="adapter_name_or_path" id={id} changed={adapters.length > 0} />
      </div>
      <CheckpointChooser
        id={id}
        label={label}
        entries={entries}
        kind={whole ? 'model' : 'adapter'}
        base={base}
        chosen={chosen}
        none={whole ? t.ui.model.no_whole : t.ui.model.no_checkpoint}
        faultId={fault ? 'fault-adapter_name_or_path' : undefined}
        align="end"
        onChange={take}
        onOpen={(next) => {
          setOpen(next)
          if (next) again() // runs may have ended meanwhile
        }}
      />
      <FieldFault name="adapter_name_or_path" />
    </div>
  )
}
