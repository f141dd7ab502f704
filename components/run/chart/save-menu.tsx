'use client'
/** Keeps a figure as a picture or its numbers. */
import { DropdownMenu } from 'radix-ui'
import Download from 'lucide-react/icons/download'
import { useRef } from 'react'
import { useLocale } from '@/components/locale'
import type { PlotLine } from '@/components/run/chart/lines'
import { buttonClass } from '@/components/ui/button'
import { menuItem, menuPanel } from '@/components/ui/menu'
import type { Axis } from '@/lib/curves'
import { fill } from '@/lib/messages/text'

interface SaveMenuProps {
  title: string
  /** Of the file, without its ending. */
  name: string
  lines: readonly PlotLine[]
  axis: Axis
}

const kinds = ['png', 'svg', 'csv'] as const

export function SaveMenu({ title, name, lines, axis }: SaveMenuProps) {
  const { t } = useLocale()
  const button = useRef<HTMLButtonElement>(null)
  const words = t.ui.chart
  const save = async (kind: (typeof kinds)[number]) => {
    const { keep, standalone, toCsv, toPng } = await import('@/components/run/chart/save')
    const svg = button.current?.closest('[data-figure], figure')?.querySelector<SVGSVGElement>('svg.recharts-surface')
    const file = `${name.replaceAll('/', '_')}.${kind}`
    if (kind === 'csv') keep(file, new Blob([toCsv(lines, axis)], { type: 'text/csv' }))
    else if (svg && kind === 'svg') keep(file, new Blob([standalone(svg, title)], { type: 'image/svg+xml' }))
    else if (svg) keep(file, await toPng(standalone(svg, title)))
  }
  const label = fill(words.save, { name: title })
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger ref={button} aria-label={label} title={label} className={buttonClass('ghost', 'icon-sm')}>
        <Download aria-hidden className="size-3.5" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={typeof document === 'undefined' ? null : document.getElementById('main')}>
        <DropdownMenu.Content align="end" sideOffset={4} collisionPadding={8} aria-label={label} className={menuPanel}>
          {kinds.map((kind) => (
            <DropdownMenu.Item key={kind} className={menuItem} onSelect={() => void save(kind)}>
              {words.save_as[kind]}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
