'use client'
/** Which settings stand in the way of a start, by their names; each leads to its field, where the sentence is. */
import { focusControl } from '@/components/config/launch'
import { useLocale } from '@/components/locale'
import type { Fault } from '@/lib/errors'
import { controlOf } from '@/lib/config/train-page'
import { fieldText } from '@/lib/messages/labels'

export function FaultFields({ faults }: { faults: readonly Fault[] }) {
  const { t } = useLocale()
  const controls = [...new Set(faults.map(({ field }) => controlOf(field ?? '')))]
  return (
    <p className="flex flex-wrap gap-x-2 gap-y-0.5 text-xs text-danger">
      <span>{t.ui.train.faults}</span>
      {controls.map((control) => (
        <button key={control} type="button" className="font-medium underline underline-offset-2" onClick={() => focusControl(control)}>
          {fieldText(t, control).label}
        </button>
      ))}
    </p>
  )
}
