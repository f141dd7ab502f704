'use client'
/** A section of settings that opens and closes; opens by itself when Start finds a fault inside. */
import { Collapsible } from 'radix-ui'
import ChevronRight from 'lucide-react/icons/chevron-right'
import { useEffect, useState, type ReactNode } from 'react'
import { checks, shownFaults } from '@/components/config/checks'
import { touched } from '@/components/config/draft'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import type { Key } from '@/lib/config/fields'
import { fill } from '@/lib/messages/text'
import type { Messages } from '@/lib/messages/en'

interface SettingsGroupProps {
  id: keyof Messages['groups']
  keys: readonly Key[]
  openAtFirst: boolean
  children: ReactNode
}

export function SettingsGroup({ id, keys, openAtFirst, children }: SettingsGroupProps) {
  const { t } = useLocale()
  const [open, setOpen] = useState(openAtFirst)
  const changed = useStore(touched, (now) => now)
  const faults = useStore(checks, (now) => shownFaults(now, changed).filter(({ field }) => keys.some((key) => key === field)).length)
  const attempted = useStore(checks, (now) => now.attempted)
  useEffect(() => {
    if (attempted && faults > 0) setOpen(true)
  }, [attempted, faults])
  return (
    <Collapsible.Root open={open} onOpenChange={setOpen} asChild>
      <section aria-labelledby={`group-${id}`}>
        <h2 id={`group-${id}`}>
          <Collapsible.Trigger className="group flex h-10 w-full items-center gap-2 px-4 text-left text-sm font-semibold outline-offset-[-2px]">
            <ChevronRight aria-hidden className="size-4 text-ink-faint transition-transform group-data-[state=open]:rotate-90" />
            {t.groups[id]}
            {faults > 0 && (
              <span className="ml-auto rounded-full bg-danger-soft px-2 text-2xs font-medium text-danger">{fill(t.ui.field.faults, { count: faults })}</span>
            )}
          </Collapsible.Trigger>
        </h2>
        <Collapsible.Content className="grid grid-cols-2 gap-x-4 gap-y-3 px-4 pb-5 pl-10 max-[480px]:pl-4 md:max-xl:grid-cols-3">{children}</Collapsible.Content>
      </section>
    </Collapsible.Root>
  )
}
