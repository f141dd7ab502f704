/** A word in a small frame: a tag, a mark. */
import { cx } from '@/components/ui/cx'

const tones = { plain: 'bg-sunken text-ink-soft', accent: 'bg-accent-soft text-accent', good: 'bg-good-soft text-good', danger: 'bg-danger-soft text-danger' } as const

export const Chip = ({ tone = 'plain', children }: { tone?: keyof typeof tones; children: string }) => (
  <span className={cx('inline-flex h-5 max-w-40 items-center truncate rounded-full px-2 text-2xs font-medium', tones[tone])}>{children}</span>
)
