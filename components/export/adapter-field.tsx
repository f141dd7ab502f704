'use client'
/** The adapters that go in: of runs, or of their checkpoints; or none. */
import { FieldLabel } from '@/components/config/config-field'
import { change, exportWish } from '@/components/export/wish'
import { useLocale } from '@/components/locale'
import { CheckpointChooser } from '@/components/model/checkpoint-chooser'
import { useStore } from '@/components/store'
import type { AdapterEntry } from '@/lib/api'

const id = 'field-export-adapter'

export function AdapterField({ entries, base, again }: { entries: readonly AdapterEntry[] | null; base: string; again: () => void }) {
  const { t } = useLocale()
  const words = t.ui.export
  const chosen = useStore(exportWish, (now) => now.adapters)
  return (
    <div>
      <div className="flex h-6 items-center">
        <FieldLabel id={id}>{words.adapter}</FieldLabel>
      </div>
      <CheckpointChooser
        id={id}
        label={words.adapter}
        entries={entries}
        base={base}
        chosen={chosen}
        none={words.no_adapter}
        align="start"
        onChange={(adapters) => change({ adapters })}
        onOpen={(open) => open && again()}
      />
    </div>
  )
}
