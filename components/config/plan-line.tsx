'use client'
/** What a start would do: updates, tokens, weights trained, memory, time, and the folder that it goes to, or that it would wait for another run. */
import { checks } from '@/components/config/checks'
import { draft, outputDir } from '@/components/config/draft'
import { useLocale } from '@/components/locale'
import { useRuns } from '@/components/run/runs'
import { isActive } from '@/components/run/status'
import { useStore } from '@/components/store'
import { cx } from '@/components/ui/cx'
import { bytes, clock, compact, count } from '@/lib/format'
import { fill } from '@/lib/messages/text'

/** Share of the free memory above which a plan is shown as tight. */
const TIGHT = 0.9

export function PlanLine() {
  const { t, say, locale } = useLocale()
  const waits = useRuns()?.some(({ status }) => isActive(status) || status === 'queued') ?? false
  const plan = useStore(checks, ({ own, report }) => (own.length === 0 ? (report?.plan ?? null) : null))
  const time = useStore(checks, ({ report }) => report?.time)
  const checking = useStore(checks, (now) => now.checking)
  const words = t.ui.train
  const folder = useStore(draft, (now) => outputDir(now, words.run_name))
  if (!plan) return <p className="flex h-8 items-center truncate text-xs text-ink-faint max-sm:hidden">{checking ? words.checking : words.ready_hint}</p>
  const tight = plan.memory > plan.memory_available * TIGHT
  return (
    <div className={cx(checking && 'opacity-60')}>
      <dl aria-label={words.plan} className="tabular flex flex-wrap justify-between gap-x-4 gap-y-1 text-xs">
        <Fact name={words.plan_steps} value={count(plan.steps, locale)} title={fill(words.plan_examples, { count: count(plan.examples, locale), tokens: compact(plan.tokens, locale) })} />
        <Fact name={words.plan_tokens} value={compact(plan.total_tokens, locale)} />
        <Fact name={words.plan_trainable} value={fill(words.plan_of, { part: compact(plan.trainable, locale), whole: compact(plan.parameters, locale) })} wide />
        <Fact name={words.plan_memory} value={fill(words.plan_of, { part: bytes(plan.memory, locale), whole: bytes(plan.memory_available, locale) })} className={tight ? 'text-warn' : undefined} />
        {time && <Fact name={words.plan_time} value={`≈ ${clock(time.seconds)}`} title={words.plan_time_from[time.from]} />}
      </dl>
      <p className={cx('mt-1 truncate text-2xs text-ink-faint max-sm:hidden', !waits && 'font-mono')} title={folder}>
        {waits ? say({ code: 'device_busy', values: {} }) : folder}
      </p>
    </div>
  )
}

const Fact = ({ name, value, title, className, wide }: { name: string; value: string; title?: string; className?: string; wide?: boolean }) => (
  <div className={cx('flex flex-col', wide && 'max-sm:hidden', className)} title={title}>
    <dt className="text-2xs text-ink-faint">{name}</dt>
    <dd className="font-medium whitespace-nowrap">{value}</dd>
  </div>
)
