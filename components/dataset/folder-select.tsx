'use client'
/** A data folder: one of the known ones, or another that is browsed to. */
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { useLocale } from '@/components/locale'
import { Select } from '@/components/ui/select'

const BrowseDialog = dynamic(() => import('@/components/files/browse-dialog').then((module) => module.BrowseDialog), { ssr: false })

/** No folder is called so. */
const OTHER = '\u0000'

interface FolderSelectProps {
  id?: string
  label: string
  value: string
  known: readonly string[]
  invalid?: boolean
  describedBy?: string
  onChange: (folder: string) => void
}

export function FolderSelect({ id, label, value, known, invalid, describedBy, onChange }: FolderSelectProps) {
  const { t } = useLocale()
  const words = t.ui.datasets
  const [browsing, setBrowsing] = useState(false)
  const options = [...new Set([...known, value])].map((folder) => ({ value: folder, label: folder }))
  return (
    <>
      <Select
        id={id}
        label={label}
        value={value}
        invalid={invalid}
        describedBy={describedBy}
        options={[...options, { value: OTHER, label: words.other_folder }]}
        onChange={(next) => (next === OTHER ? setBrowsing(true) : onChange(next))}
      />
      {browsing && (
        <BrowseDialog
          title={words.folder_title}
          help={words.folder_help}
          use=""
          accepts={() => false}
          useFolder={words.use_folder}
          onTake={({ path }) => onChange(path)}
          onClose={() => setBrowsing(false)}
        />
      )}
    </>
  )
}
