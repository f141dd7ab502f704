'use client'
/** The followed run's name as a heading, and a menu to follow another. */
import { DropdownMenu } from 'radix-ui'
import ChevronDown from 'lucide-react/icons/chevron-down'
import Link from 'next/link'
import { useLocale } from '@/components/locale'
import { showRun } from '@/components/run/current'
import { useRuns } from '@/components/run/runs'
import { StatusChip } from '@/components/run/status'
import type { RunSummary } from '@/lib/run'

/** More are on the Runs screen. */
const SHOWN = 10

const item = 'flex cursor-pointer items-center gap-3 rounded-sm px-2 py-1.5 outline-none data-[highlighted]:bg-accent-soft'

export function RunSwitch({ run }: { run: RunSummary }) {
  const { t } = useLocale()
  const runs = useRuns()
  const newest = (runs ?? []).toSorted((a, b) => (b.started_at ?? Infinity) - (a.started_at ?? Infinity)).slice(0, SHOWN)
  return (
    <h2 className="min-w-0 text-base font-semibold">
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger title={t.ui.run.choose} className="flex max-w-full items-center gap-1 rounded-md py-0.5 hover:text-accent">
          <span className="truncate">{run.name}</span>
          <ChevronDown aria-hidden className="size-4 shrink-0 text-ink-faint" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal container={typeof document === 'undefined' ? null : document.getElementById('main')}>
          <DropdownMenu.Content align="start" sideOffset={4} collisionPadding={8} aria-label={t.ui.run.choose} className="float-panel z-50 w-80 max-w-[calc(100vw-16px)] p-1">
            {newest.map((other) => (
              <DropdownMenu.Item key={other.id} className={item} onSelect={() => showRun(other.id)}>
                <span className="min-w-0 flex-1">
                  <span className="block truncate">{other.name}</span>
                  <span className="block truncate text-2xs text-ink-faint">{other.model}</span>
                </span>
                <StatusChip status={other.status} />
              </DropdownMenu.Item>
            ))}
            <DropdownMenu.Separator className="my-1 h-px bg-line" />
            <DropdownMenu.Item asChild className={item}>
              <Link href="/runs" prefetch={false}>
                {t.ui.run.all}
              </Link>
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </h2>
  )
}
