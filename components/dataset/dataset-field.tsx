'use client'
/** Choosing datasets of the data folder: a list with sizes and problems, several at once, and a preview of what they hold. */
import { Popover } from 'radix-ui'
import ChevronsUpDown from 'lucide-react/icons/chevrons-up-down'
import Eye from 'lucide-react/icons/eye'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { useFault } from '@/components/config/checks'
import { FieldFault, FieldLabel, FieldTools } from '@/components/config/config-field'
import { draft, setArg } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { DatasetList } from '@/components/dataset/dataset-list'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'
import { Button } from '@/components/ui/button'
import { cx } from '@/components/ui/cx'
import { Message } from '@/components/ui/message'

const PreviewDialog = dynamic(() => import('@/components/dataset/preview-dialog').then((module) => module.PreviewDialog), { ssr: false })

/** Raw values of a list of names: a list from this control, a text from a file. */
export const namesOf = (raw: unknown): string[] =>
  (Array.isArray(raw) ? raw.map(String) : typeof raw === 'string' ? raw.split(',') : []).map((name) => name.trim()).filter(Boolean)

export function DatasetField({ name }: { name: 'dataset' | 'eval_dataset' }) {
  const { t, say } = useLocale()
  const { label } = useWords(name)
  const raw = useStore(draft, (now) => now.args[name])
  const folder = useStore(draft, (now) => now.args.dataset_dir)
  const fault = useFault(name)
  const [previewing, setPreviewing] = useState(false)
  const { reply, again } = useCall('datasets', typeof folder === 'string' && folder !== '' ? { dataset_dir: folder } : null)
  const chosen = namesOf(raw)
  const id = `field-${name}`
  const list = reply?.ok ? reply.value : null
  const problem = reply && !reply.ok ? reply.fault : (list?.problem ?? null)
  return (
    <div className="col-span-full min-w-0" data-field={name}>
      <div className="flex h-6 items-center gap-0.5">
        <FieldLabel id={id}>{label}</FieldLabel>
        <FieldTools name={name} id={id} changed={false} />
      </div>
      <div className="flex gap-2">
        <Popover.Root onOpenChange={(open) => open && again()}>
          <Popover.Trigger
            id={id}
            aria-invalid={fault !== null || undefined}
            aria-describedby={fault ? `fault-${name}` : `${id}-value`}
            className="control flex h-auto! min-h-8 items-center gap-2 py-1 text-left"
          >
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
              <DatasetList label={label} entries={list?.datasets ?? null} problem={problem} chosen={chosen} onChange={(next) => setArg(name, next.length === 0 ? null : next)} />
            </Popover.Content>
          </Popover.Portal>
        </Popover.Root>
        {name === 'dataset' && (
          <Button disabled={chosen.length === 0} onClick={() => setPreviewing(true)}>
            <Eye aria-hidden className="size-3.5" />
            {t.ui.dataset.preview}
          </Button>
        )}
      </div>
      {fault ? <FieldFault name={name} /> : problem && name === 'dataset' && <Message tone="danger" role="alert" className="mt-2">{say(problem)}</Message>}
      {previewing && <PreviewDialog folder={String(folder)} names={chosen} onClose={() => setPreviewing(false)} />}
    </div>
  )
}

const Chip = ({ children }: { children: string }) => <span className="max-w-full truncate rounded-sm bg-accent-soft px-1.5 py-px text-xs text-ink">{children}</span>
