'use client'
/** Which engine trains here; opened, it says why it is that one and what would make it better. */
import { Popover } from 'radix-ui'
import Cpu from 'lucide-react/icons/cpu'
import CircleArrowUp from 'lucide-react/icons/circle-arrow-up'
import { useBoard } from '@/components/board'
import { useLocale } from '@/components/locale'
import { buttonClass } from '@/components/ui/button'
import { cx } from '@/components/ui/cx'
import { describeRuntime } from '@/lib/runtime'

const dots = { cuda: 'bg-good', cpu: 'bg-good', prebuilt: 'bg-warn', wasm: 'bg-warn' } as const

export function RuntimeBadge() {
  const { t } = useLocale()
  const board = useBoard()
  if (!board) return <span className="h-8 w-8 xl:w-44" />
  const { name, reason, better } = describeRuntime(board.runtime, t)
  return (
    <Popover.Root>
      <Popover.Trigger aria-label={`${t.ui.frame.runtime}: ${name}`} className={buttonClass('ghost', 'md', 'max-xl:w-8 max-xl:px-0')}>
        <span className={cx('size-1.5 rounded-full', board.runtime ? dots[board.runtime.kind] : 'bg-danger')} />
        <Cpu aria-hidden className="size-4 xl:hidden" />
        <span className="text-xs max-xl:hidden">{name}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content align="end" sideOffset={4} collisionPadding={8} aria-label={t.ui.frame.runtime} className="float-panel z-50 w-80 p-3 text-xs">
          <p className="text-sm font-medium">{name}</p>
          <p className="mt-1 text-ink-soft">{reason}</p>
          {better && (
            <p className="mt-2 flex gap-2 border-t border-line pt-2 text-ink-soft">
              <CircleArrowUp aria-hidden className="mt-px size-3.5 shrink-0 text-accent" />
              {better}
            </p>
          )}
          <p className="mt-2 border-t border-line pt-2 text-ink-faint">
            Tuneboard {board.version} · Node {board.node}
          </p>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
