'use client'
/** A section of settings that opens and closes, and stays so over a reload; says how many were changed, and opens by itself when Start finds a fault inside. */
import { Collapsible } from 'radix-ui'
import ChevronRight from 'lucide-react/icons/chevron-right'
import RotateCcw from 'lucide-react/icons/rotate-ccw'
import { useEffect, useState, type ReactNode } from 'react'
import { checks, shownFaults } from '@/components/config/checks'
import { draft, resetArgs, touched } from '@/components/config/draft'
import { sought } from '@/components/config/filter'
import { sections, setSection } from '@/components/config/sections'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { differs } from '@/lib/config/form'
import { keysOf, type ControlName } from '@/lib/config/train-page'
import { fill } from '@/lib/messages/text'

interface SettingsGroupProps {
  id: string
  title: string
  /** What its settings have in common, at their head. */
  note?: string
  names: readonly ControlName[]
  openAtFirst?: boolean
  children: ReactNode
}

export function SettingsGroup({ id, title, note, names, openAtFirst = false, children }: SettingsGroupProps) {
  const { t } = useLocale()
  const left = useStore(sections, (now) => now[id] ?? openAtFirst, openAtFirst)
  const [byItself, setByItself] = useState(false)
  const inside: readonly string[] = names.flatMap((name) => [name, ...keysOf(name)])
  const seen = useStore(touched, (now) => now)
  const faults = useStore(checks, (now) => shownFaults(now, seen).filter(({ field }) => field !== undefined && inside.includes(field)).length)
  const attempted = useStore(checks, (now) => now.attempted)
  const keys = names.flatMap(keysOf).filter((key) => key !== 'output_dir')
  const changed = useStore(draft, ({ args }) => keys.filter((key) => differs(key, args[key])).length)
  useEffect(() => {
    if (attempted && faults > 0) setByItself(true)
  }, [attempted, faults])
  const wanted = useStore(sought, (name) => name !== null && inside.includes(name))
  useEffect(() => {
    if (wanted) setByItself(true)
  }, [wanted])
  const turn = (open: boolean) => {
    setByItself(false)
    setSection(id, open)
  }
  return (
    <Collapsible.Root open={byItself || left} onOpenChange={turn} asChild>
      <section aria-labelledby={`group-${id}`}>
        <div className="flex items-center pr-3">
          <h2 id={`group-${id}`} className="min-w-0 flex-1">
            <Collapsible.Trigger className="group flex h-10 w-full items-center gap-2 pr-2 pl-4 text-left text-sm font-semibold outline-offset-[-2px]">
              <ChevronRight aria-hidden className="size-4 shrink-0 text-ink-faint transition-transform group-data-[state=open]:rotate-90" />
              <span className="truncate">{title}</span>
            </Collapsible.Trigger>
          </h2>
          {faults > 0 && <span className="mr-1 shrink-0 rounded-full bg-danger-soft px-2 text-2xs font-medium text-danger">{fill(t.ui.field.faults, { count: faults })}</span>}
          {changed > 0 && (
            <button
              type="button"
              aria-label={`${fill(t.ui.form.changed, { count: changed })}: ${fill(t.ui.form.reset_group, { group: title })}`}
              title={fill(t.ui.form.reset_group, { group: title })}
              className="flex h-6 shrink-0 items-center gap-1 rounded-full px-2 text-2xs text-accent hover:bg-accent-soft"
              onClick={() => resetArgs(keys)}
            >
              {fill(t.ui.form.changed, { count: changed })}
              <RotateCcw aria-hidden className="size-3" />
            </button>
          )}
        </div>
        <Collapsible.Content className="grid grid-cols-2 gap-x-4 gap-y-3 px-4 pb-5 pl-10 max-[480px]:pl-4 md:max-xl:grid-cols-3">
          {note && <p className="col-span-full text-xs text-ink-faint">{note}</p>}
          {children}
        </Collapsible.Content>
      </section>
    </Collapsible.Root>
  )
}
