'use client'
/** What a new dataset is called, and in which data folder it is listed. */
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
  const { t, say } = useLocale()
  const words = t.ui.datasets.mapping
  const atFolder = fault?.field === 'dataset_dir'
  const sentence = fault && (
    <p id="place-fault" role="alert" className="mt-1 text-xs text-danger [overflow-wrap:anywhere]">
      {say(fault)}
    </p>
  )
  return (
    <div className="space-y-3">
      <div>
        <label htmlFor="dataset-name" className="flex h-6 items-center text-xs font-medium text-ink-soft">
          {words.name}
        </label>
        <TextInput
          id="dataset-name"
          value={place.name}
          invalid={fault !== null && !atFolder}
          describedBy={fault && !atFolder ? 'place-fault' : undefined}
          onChange={(event) => onChange({ ...place, name: event.target.value })}
        />
        {!atFolder && sentence}
      </div>
      <div>
        <label htmlFor="dataset-folder" className="flex h-6 items-center text-xs font-medium text-ink-soft">
          {words.folder}
        </label>
        <FolderSelect
          id="dataset-folder"
          label={words.folder}
          value={place.dataset_dir}
          known={known}
          invalid={atFolder}
          describedBy={atFolder ? 'place-fault' : undefined}
          onChange={(dataset_dir) => onChange({ ...place, dataset_dir })}
        />
        {atFolder && sentence}
      </div>
    </div>
  )
}
