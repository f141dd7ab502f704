'use client'
/** What the page says before there is any run: one button fills in the starter model and a small dataset, Start does the rest. */
import Check from 'lucide-react/icons/check'
import Rocket from 'lucide-react/icons/rocket'
import { setArgs, draft, type Draft } from '@/components/config/draft'
import { useRuns } from '@/components/run/runs'
import { starterArgs } from '@/components/run/starter'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { Button } from '@/components/ui/button'
import { cx } from '@/components/ui/cx'

/** Fills the form with the starter model and its dataset. */
async function setUp() {
  const { starter } = await import('@/lib/models/catalog')
  draft.set((now) => ({ ...now, model_name: starter.name }))
  setArgs({ ...starterArgs, model_name_or_path: starter.path, template: starter.template })
}

/** Whether a model and data are chosen, whoever chose them. */
const isFilled = ({ args: { model_name_or_path: model, dataset } }: Draft): boolean => typeof model === 'string' && model !== '' && Array.isArray(dataset) && dataset.length > 0

export function FirstRun() {
  const { t } = useLocale()
  const words = t.ui.first_run
  const filled = useStore(draft, isFilled)
  return (
    <div className="m-auto max-w-lg p-6">
      <h2 className="text-xl font-semibold tracking-tight">{words.title}</h2>
      <p className="mt-1.5 text-base text-ink-soft">{words.body}</p>
      <ol className="mt-5 space-y-3">
        {words.steps.map((step, index) => (
          <li key={step} className="flex gap-3">
            <span className="tabular flex size-6 shrink-0 items-center justify-center rounded-full bg-accent-soft text-xs font-semibold text-accent">{filled && index === 0 ? <Check role="img" aria-label={words.done} className="size-3.5" /> : index + 1}</span>
            <span className={cx('pt-0.5', filled && index === 1 ? 'font-medium text-ink' : 'text-ink-soft')}>{step}</span>
          </li>
        ))}
      </ol>
      {!filled && (
        <Button intent="primary" size="lg" className="mt-6 max-xl:hidden" onClick={setUp}>
          <Rocket aria-hidden className="size-4" />
          {words.action}
        </Button>
      )}
    </div>
  )
}

/** The same offer in the bar of a narrow screen, where the empty run lies below the settings. */
export function FirstRunStrip() {
  const { t } = useLocale()
  const runs = useRuns()
  const filled = useStore(draft, isFilled)
  if (runs?.length !== 0 || filled) return null
  return (
    <div className="flex items-center gap-3 border-b border-line bg-accent-soft px-3 py-2 sm:px-4 xl:hidden">
      <p className="min-w-0 flex-1 text-xs">{t.ui.first_run.title}</p>
      <Button size="sm" onClick={setUp}>
        <Rocket aria-hidden className="size-3.5" />
        {t.ui.first_run.action}
      </Button>
    </div>
  )
}
