'use client'
/** The control that chooses datasets of a folder: a list with sizes and problems, several at once, and a preview of what they hold. */
import { Popover } from 'radix-ui'
import ChevronsUpDown from 'lucide-react/icons/chevrons-up-down'
import Eye from 'lucide-react/icons/eye'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { DatasetList } from '@/components/dataset/dataset-list'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { cx } from '@/components/ui/cx'
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
      <Popover.Root onOpenChange={(open) => open && onOpen()}>
        <Popover.Trigger id={id} aria-invalid={invalid || undefined} aria-describedby={faultId ?? `${id}-value`} className="control flex h-auto! min-h-8 items-center gap-2 py-1 text-left">
          <span id={`${id}-value`} className={cx('flex min-w-0 flex-1 flex-wrap gap-1', chosen.length === 0 && 'text-ink-faint')}>
            {chosen.length === 0 ? t.ui.dataset.choose : chosen.map((item) => <Chip key={item}>{item}</Chip>)}
          </span>
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-ink-faint" />
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content
            align="start"
            sideOffset={4}
            collisionPadding={8}
            aria-label={label}
            className="float-panel z-50 flex max-h-[min(24rem,var(--radix-popover-content-available-height))] w-[max(var(--radix-popover-trigger-width),20rem)] max-w-[calc(100vw-16px)] flex-col overflow-hidden"
          >
            <DatasetList label={label} stage={stage} entries={entries} problem={problem} chosen={chosen} onChange={(next) => onChange(next.length === 0 ? null : next)} />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
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
