'use client'
/** One setting: label, explanation, reset, control, and the sentence of what is wrong. The control comes from the declaration. */
import RotateCcw from 'lucide-react/icons/rotate-ccw'
import type { ReactNode } from 'react'
import { useFault, useWarning } from '@/components/config/checks'
import { Control } from '@/components/config/control'
import { draft, firstArgs, resetArg } from '@/components/config/draft'
import { numberText, rangeText } from '@/lib/config/number-text'
import { useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { cx } from '@/components/ui/cx'
import { Hint } from '@/components/ui/hint'
import type { Feature } from '@/lib/config/field'
import { fieldOf, type Key } from '@/lib/config/fields'
import { differs, lacking } from '@/lib/config/form'
import { fill } from '@/lib/messages/text'

interface ConfigFieldProps {
  name: Key
  wide?: boolean
  /** Id of the element that says why the setting is switched off, where one does for several. */
  reasonId?: string
}

export function ConfigField({ name, wide, reasonId }: ConfigFieldProps) {
  const { label } = useWords(name)
  const value = useStore(draft, (now) => now.args[name])
  const feature = lacking(name)
  const id = fieldId(name)
  const flag = fieldOf(name).kind === 'boolean'
  const tools = <FieldTools name={name} id={id} changed={differs(name, value)} />
  const control = <Control name={name} id={id} value={value} disabledBy={feature === null ? undefined : (reasonId ?? `reason-${name}`)} />
  return (
    <div className={cx('min-w-0', wide && 'col-span-full')} data-field={name}>
      {flag ? (
        <div className="flex h-8 items-center gap-2">
          {control}
          <FieldLabel id={id}>{label}</FieldLabel>
          {tools}
        </div>
      ) : (
        <>
          <div className="flex h-6 items-center gap-px">
            <FieldLabel id={id}>{label}</FieldLabel>
            {tools}
          </div>
          {control}
        </>
      )}
      {feature !== null && reasonId === undefined && <Reason id={`reason-${name}`} feature={feature} />}
      <FieldFault name={name} />
    </div>
  )
}

/** Why a setting cannot be used in this version. */
export function Reason({ id, feature, className }: { id: string; feature: Feature; className?: string }) {
  const { t } = useLocale()
  return (
    <p id={id} className={cx('text-2xs text-ink-faint', className ?? 'mt-1')}>
      {fill(t.ui.field.not_yet, { feature: t.features[feature] })}
    </p>
  )
}

/** The id of a setting's control; the model bar's path keeps its own. */
export const fieldId = (name: string): string => `field-${name === 'model_name_or_path' ? 'model_path' : name}`

/** Buttons beside a label are described by it, so that their names do not repeat it. */
export const labelId = (id: string): string => `${id}-label`

export const FieldLabel = ({ id, children }: { id: string; children: ReactNode }) => (
  <label id={labelId(id)} htmlFor={id} className="min-w-0 truncate text-xs font-medium text-ink-soft">
    {children}
  </label>
)

/** The explanation, and the way back to the first value once it was left. */
export function FieldTools({ name, id, changed }: { name: Key; id: string; changed: boolean }) {
  const { t } = useLocale()
  return (
    <>
      <Hint label={t.ui.field.help} describedBy={labelId(id)}>
        <Explanation name={name} />
      </Hint>
      {changed && (
        <button
          type="button"
          aria-label={t.ui.field.reset}
          aria-describedby={labelId(id)}
          title={t.ui.field.reset}
          className="inline-flex size-6 shrink-0 items-center justify-center rounded-sm text-accent hover:bg-accent-soft"
          onClick={() => resetArg(name)}
        >
          <RotateCcw aria-hidden className="size-3" />
        </button>
      )}
    </>
  )
}

function Explanation({ name }: { name: Key }) {
  const { t } = useLocale()
  const { help } = useWords(name)
  const { inert } = fieldOf(name)
  const range = rangeText(fieldOf(name))
  const first = firstArgs[name]
  const shownFirst = Array.isArray(first) ? first.join(', ') : numberText(first)
  return (
    <div className="space-y-1.5">
      {help !== '' && <p className="text-ink">{help}</p>}
      {inert && <p className="text-ink">{t.ui.form.inert}</p>}
      <p className="text-ink-faint">
        <code className="font-mono text-2xs">{name}</code>
        {range && ` · ${range}`}
        {shownFirst !== '' && ` · ${fill(t.ui.field.first, { value: shownFirst })}`}
      </p>
    </div>
  )
}

/** The sentence under a control; `role=alert` so that it is heard when it appears. */
export function FieldFault({ name }: { name: string }) {
  const { say } = useLocale()
  const fault = useFault(name)
  const warning = useWarning(name)
  if (!fault && !warning) return null
  return (
    <p id={`fault-${name}`} role="alert" className={cx('mt-1 text-xs [overflow-wrap:anywhere]', fault ? 'text-danger' : 'text-warn')}>
      {say((fault ?? warning)!)}
    </p>
  )
}
