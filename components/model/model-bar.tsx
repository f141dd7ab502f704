'use client'
/** Which model, where it lies, how it is tuned and how it is spoken to: the same for every screen, so it stands above them all. */
import ChevronDown from 'lucide-react/icons/chevron-down'
import { usePathname } from 'next/navigation'
import { useEffect, useState } from 'react'
import { checks, useFault } from '@/components/config/checks'
import { ConfigField } from '@/components/config/config-field'
import { draft, keepDraft } from '@/components/config/draft'
import { sought } from '@/components/config/filter'
import { useLocale } from '@/components/locale'
import { CheckpointField } from '@/components/model/checkpoint-field'
import { HubNameField } from '@/components/model/hub-name'
import { ModelName } from '@/components/model/model-name'
import { ModelPath } from '@/components/model/model-path'
import { TemplateField } from '@/components/model/template-field'
import { useStore } from '@/components/store'
import { cx } from '@/components/ui/cx'
import { barKeys } from '@/lib/config/train-page'

export function ModelBar() {
  const { t } = useLocale()
  const [open, setOpen] = useState(false)
  const isTrain = usePathname() === '/' // other screens that need an adapter have a field of their own for it
  const name = useStore(draft, (now) => now.model_name || String(now.args.model_name_or_path ?? ''))
  const detail = useStore(draft, ({ args }) => [args.finetuning_type, args.template].filter(Boolean).join(' · '))
  const attempted = useStore(checks, (now) => now.attempted)
  const faults = [useFault('model_name_or_path'), useFault('template'), useFault('finetuning_type'), useFault('adapter_name_or_path')]
  const faulty = attempted && faults.some((fault) => fault !== null)
  const wanted = useStore(sought, (name) => barKeys.some((key) => key === name))
  useEffect(keepDraft, [])
  useEffect(() => {
    if (faulty || wanted) setOpen(true) // a fault that is folded away would not be seen
  }, [faulty, wanted])
  return (
    <section aria-label={t.groups.model} className="shrink-0 border-b border-line bg-surface">
      <button
        type="button"
        aria-expanded={open}
        aria-controls="model-bar"
        className="flex h-11 w-full items-center gap-2 px-4 text-left outline-offset-[-2px] md:hidden"
        onClick={() => setOpen(!open)}
      >
        <span className="text-xs text-ink-faint">{t.groups.model}</span>
        <span className="min-w-0 truncate font-medium">{name || t.ui.model.none}</span>
        <span className="ml-auto shrink-0 text-xs text-ink-faint">{detail}</span>
        <ChevronDown aria-hidden className={cx('size-4 shrink-0 text-ink-faint transition-transform', open && 'rotate-180')} />
      </button>
      <div
        id="model-bar"
        className={cx(
          'grid-cols-2 gap-x-3 gap-y-2 px-3 md:grid-cols-3 pt-1 pb-2.5 sm:px-4 md:grid md:pt-1.5',
          isTrain ? 'xl:grid-cols-[minmax(11rem,1fr)_8rem_minmax(12rem,1.5fr)_fit-content(12rem)_minmax(9rem,0.8fr)_minmax(9rem,0.8fr)]' : 'xl:grid-cols-[minmax(12rem,1fr)_8rem_minmax(14rem,1.5fr)_fit-content(12rem)_minmax(9rem,0.8fr)]',
          open ? 'grid' : 'hidden',
        )}
      >
        <ModelName />
        <HubNameField />
        <ModelPath />
        <ConfigField name="finetuning_type" />
        {isTrain && <CheckpointField />}
        <TemplateField />
      </div>
    </section>
  )
}
