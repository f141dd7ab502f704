'use client'
/** The adapter that goes in: of a run, or of one of its checkpoints; or none. */
import { FieldLabel } from '@/components/config/config-field'
import { change, exportWish } from '@/components/export/wish'
import { useLocale } from '@/components/locale'
import { adapterOptions } from '@/components/model/adapter-options'
import { useStore } from '@/components/store'
import { Combobox } from '@/components/ui/combobox'
import { useCall } from '@/components/use-call'
import type { AdapterEntry } from '@/lib/api'
import { fill } from '@/lib/messages/text'

/** The option for no adapter; a path is never empty. */
const NONE = ''
const nothing: readonly AdapterEntry[] = []

export function useAdapters(): { entries: readonly AdapterEntry[]; again: () => void } {
  const { reply, again } = useCall('adapters', { model_name_or_path: null })
  return { entries: reply?.ok ? reply.value : nothing, again }
}

export function AdapterField({ entries, base, again }: { entries: readonly AdapterEntry[]; base: string; again: () => void }) {
  const { t } = useLocale()
  const words = t.ui.export
  const adapter = useStore(exportWish, (now) => now.adapter)
  const options = [{ value: NONE, label: words.no_adapter }, ...adapterOptions(entries, base, t.ui.chat)]
  return (
    <div>
      <div className="flex h-6 items-center">
        <FieldLabel id="field-export-adapter">{words.adapter}</FieldLabel>
      </div>
      <Combobox
        id="field-export-adapter"
        label={words.adapter}
        value={adapter ?? NONE}
        options={options}
        onFocus={again}
        onChange={(next) => change({ adapter: next === NONE ? null : next })}
        more={(count) => fill(t.ui.more_options, { count })}
        none={t.ui.nothing_found}
      />
    </div>
  )
}
