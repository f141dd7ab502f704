'use client'
/** A control of the Train page by its name: the declared widget, or one of its own. */
import type { ComponentType } from 'react'
import { ConfigField, fieldId } from '@/components/config/config-field'
import { ExtraField } from '@/components/config/extra-field'
import { JointField } from '@/components/config/joint-field'
import { OutputField } from '@/components/config/output-field'
import { useWords } from '@/components/config/words'
import { DatasetDirField } from '@/components/dataset/dataset-dir-field'
import { DatasetField } from '@/components/dataset/dataset-field'
import { useLocale } from '@/components/locale'
import type { Key } from '@/lib/config/fields'
import type { JointName } from '@/lib/config/joint'
import { barKeys, type ControlName } from '@/lib/config/train-page'

type SpecialName = JointName | 'extra_args' | 'dataset_dir' | 'dataset' | 'eval_dataset' | 'output_dir'

const special: Readonly<Record<SpecialName, ComponentType>> = {
  compute_type: () => <JointField name="compute_type" />,
  booster: () => <JointField name="booster" />,
  extra_args: () => <ExtraField />,
  dataset_dir: () => <DatasetDirField />,
  dataset: () => <DatasetField name="dataset" />,
  eval_dataset: () => <DatasetField name="eval_dataset" />,
  output_dir: () => <OutputField />,
}
const wide: ReadonlySet<string> = new Set<Key>(['default_system', 'lr_scheduler_kwargs'])

export const isSpecial = (name: ControlName): name is SpecialName => Object.hasOwn(special, name)

export function Setting({ name }: { name: ControlName }) {
  if (!isSpecial(name)) return barKeys.includes(name) ? <BarLink name={name} /> : <ConfigField name={name} wide={wide.has(name)} />
  const Special = special[name]
  return <Special />
}

/** A found setting that stands in the bar above: the way there. */
function BarLink({ name }: { name: Key }) {
  const { t } = useLocale()
  const { label } = useWords(name)
  return (
    <div className="min-w-0">
      <button
        type="button"
        className="flex min-h-8 max-w-full items-baseline gap-2 text-left text-xs font-medium text-accent hover:underline"
        onClick={() => document.getElementById(fieldId(name))?.focus()}
      >
        <span className="truncate">{label}</span>
        <span className="shrink-0 font-normal text-ink-faint">{t.ui.form.in_bar}</span>
      </button>
    </div>
  )
}
