'use client'
/** What a new dataset is called, and in which data folder it is listed. */
import type { ReactNode } from 'react'
import { FolderSelect } from '@/components/dataset/folder-select'
import { useLocale } from '@/components/locale'
import { TextInput } from '@/components/ui/text-input'
import type { Fault } from '@/lib/errors'

export interface Place {
  dataset_dir: string
  name: string
}

interface MappingPlaceProps {
  place: Place
  known: readonly string[]
  fault: Fault | null
  onChange: (place: Place) => void
}

export function MappingPlace({ place, known, fault, onChange }: MappingPlaceProps) {
  const { t } = useLocale()
  const words = t.ui.datasets.mapping
  const atFolder = fault?.field === 'dataset_dir' ? fault : null
  const atName = atFolder === null ? fault : null
  return (
    <div className="space-y-3">
      <Labelled id="dataset-name" label={words.name} fault={atName}>
        <TextInput id="dataset-name" value={place.name} invalid={atName !== null} describedBy={atName ? 'dataset-name-fault' : undefined} onChange={(event) => onChange({ ...place, name: event.target.value })} />
      </Labelled>
      <Labelled id="dataset-folder" label={words.folder} fault={atFolder}>
        <FolderSelect
          id="dataset-folder"
          label={words.folder}
          value={place.dataset_dir}
          known={known}
          invalid={atFolder !== null}
          describedBy={atFolder ? 'dataset-folder-fault' : undefined}
          onChange={(dataset_dir) => onChange({ ...place, dataset_dir })}
        />
      </Labelled>
    </div>
  )
}

/** A control with its label above it and what is wrong below. */
function Labelled({ id, label, fault, children }: { id: string; label: string; fault: Fault | null; children: ReactNode }) {
  const { say } = useLocale()
  return (
    <div>
      <label htmlFor={id} className="flex h-6 items-center text-xs font-medium text-ink-soft">
        {label}
      </label>
      {children}
      {fault && (
        <p id={`${id}-fault`} role="alert" className="mt-1 text-xs text-danger [overflow-wrap:anywhere]">
          {say(fault)}
        </p>
      )}
    </div>
  )
}
