'use client'
/** The control that chooses datasets of a folder: a list with sizes and problems, several at once, and a preview of what they hold. */
import Eye from 'lucide-react/icons/eye'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { DatasetList } from '@/components/dataset/dataset-list'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Chooser } from '@/components/ui/chooser'
import type { DatasetEntry } from '@/lib/api'
import type { Stage } from '@/lib/datasets/purpose'
import type { Fault } from '@/lib/errors'

const PreviewDialog = dynamic(() => import('@/components/dataset/preview-dialog').then((module) => module.PreviewDialog), { ssr: false })

interface DatasetPickerProps {
  id: string
  label: string
  folder: string
  chosen: readonly string[]
  entries: readonly DatasetEntry[] | null
  problem: Fault | null
  /** Only what it learns from is offered. */
  stage?: Stage
  invalid: boolean
  /** Id of the element that says what is wrong. */
  faultId?: string
  /** Whether what is chosen can be looked at from here. */
  preview: boolean
  onOpen: () => void
  onChange: (names: string[] | null) => void
}

export function DatasetPicker({ id, label, folder, chosen, entries, problem, stage = 'sft', invalid, faultId, preview, onOpen, onChange }: DatasetPickerProps) {
  const { t } = useLocale()
  const [previewing, setPreviewing] = useState(false)
  return (
    <div className="flex gap-2">
      <Chooser
        id={id}
        label={label}
        shown={chosen.length === 0 ? t.ui.dataset.choose : chosen.map((item) => <Chip key={item}>{item}</Chip>)}
        empty={chosen.length === 0}
        invalid={invalid}
        faultId={faultId}
        align="start"
        onOpenChange={(open) => open && onOpen()}
        classNames={{ control: 'h-auto! min-h-8 py-1', shown: 'flex flex-wrap gap-1', panel: 'w-[max(var(--radix-popover-trigger-width),20rem)]' }}
      >
        <DatasetList label={label} stage={stage} entries={entries} problem={problem} chosen={chosen} onChange={(next) => onChange(next.length === 0 ? null : next)} />
      </Chooser>
      {preview && (
        <Button disabled={chosen.length === 0} onClick={() => setPreviewing(true)}>
          <Eye aria-hidden className="size-3.5" />
          {t.ui.dataset.preview}
        </Button>
      )}
      {previewing && <PreviewDialog folder={folder} names={chosen} onClose={() => setPreviewing(false)} />}
    </div>
  )
}

const Chip = ({ children }: { children: string }) => <span className="max-w-full truncate rounded-sm bg-accent-soft px-1.5 py-px text-xs text-ink">{children}</span>
