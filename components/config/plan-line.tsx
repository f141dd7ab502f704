'use client'
/** What a start would do, in one line: weights trained, updates, memory. */
import { checks } from '@/components/config/checks'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { cx } from '@/components/ui/cx'
import { bytes, compact, count } from '@/lib/format'
import { fill } from '@/lib/messages/text'

export function PlanLine() {
  const { t, locale } = useLocale()
  const plan = useStore(checks, ({ own, report }) => (own.length === 0 ? (report?.plan ?? null) : null))
  const checking = useStore(checks, (now) => now.checking)
  const words = t.ui.train
  if (!plan) return <p className="flex h-8 items-center truncate text-xs text-ink-faint max-sm:hidden">{checking ? words.checking : words.ready_hint}</p>
  const tight = plan.memory > plan.memory_available * 0.9
  return (
    <dl className={cx('tabular flex h-8 justify-between gap-x-4 text-xs max-sm:hidden', checking && 'opacity-60')}>
      <Fact name={words.plan_steps} value={count(plan.steps, locale)} title={fill(words.plan_examples, { count: count(plan.examples, locale), tokens: compact(plan.tokens, locale) })} />
      <Fact name={words.plan_trainable} value={fill(words.plan_of, { part: compact(plan.trainable, locale), whole: compact(plan.parameters, locale) })} />
      <Fact name={words.plan_memory} value={fill(words.plan_of, { part: bytes(plan.memory, locale), whole: bytes(plan.memory_available, locale) })} className={tight ? 'text-warn' : undefined} />
    </dl>
  )
}

const Fact = ({ name, value, title, className }: { name: string; value: string; title?: string; className?: string }) => (
  <div className={cx('flex flex-col', className)} title={title}>
    <dt className="text-2xs text-ink-faint">{name}</dt>
    <dd className="font-medium whitespace-nowrap">{value}</dd>
  </div>
)
