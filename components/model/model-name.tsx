'use client'
/** A model by its name: those on this machine first, then the catalogue's; choosing one fills in path and template. */
import { useMemo, useState } from 'react'
import { FieldLabel, labelId } from '@/components/config/config-field'
import { draft, touch } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { hubChoice } from '@/components/model/hub-choice'
import { modelOptions, useKnownModels, type KnownModels } from '@/components/model/known-models'
import { useStore } from '@/components/store'
import { Combobox } from '@/components/ui/combobox'
import { Hint } from '@/components/ui/hint'
import { fill } from '@/lib/messages/text'

/** The draft with another model; a template is only replaced where the catalogue knows the right one. */
function choose(name: string, { local, find, idOn }: KnownModels) {
  const here = local.find((model) => model.name === name)
  const entry = find(name, here?.path ?? null)
  const path = here?.path ?? (entry && idOn(entry, hubChoice.get()))
  draft.set((now) => ({
    ...now,
    model_name: (entry?.name ?? name).split('/').at(-1) ?? name, // it names a folder
    args: { ...now.args, ...(path ? { model_name_or_path: path } : {}), ...(entry ? { template: entry.template } : {}) },
  }))
  touch('model_name_or_path')
}

export function ModelName() {
  const { t } = useLocale()
  const { label, help } = useWords('model_name')
  const name = useStore(draft, (now) => now.model_name)
  const { known, fetch } = useKnownModels()
  const [runnable, setRunnable] = useState(false)
  const options = useMemo(() => (known ? modelOptions(known, t.ui.model, runnable) : []), [known, t, runnable])
  return (
    <div className="min-w-0 max-md:col-span-full" data-field="model_name">
      <div className="flex h-6 items-center gap-px">
        <FieldLabel id="field-model_name">{label}</FieldLabel>
        <Hint label={t.ui.field.help} describedBy={labelId('field-model_name')}>
          <p className="text-ink">{help}</p>
        </Hint>
        <button
          type="button"
          aria-pressed={runnable}
          className="ml-auto h-5 rounded-full border border-line px-2 text-2xs whitespace-nowrap text-ink-faint hover:bg-sunken aria-pressed:border-accent-line aria-pressed:bg-accent-soft aria-pressed:text-accent"
          onClick={() => setRunnable(!runnable)}
        >
          {t.ui.model.runs_here}
        </button>
      </div>
      <Combobox
        id="field-model_name"
        label={label}
        value={name}
        options={options}
        placeholder={t.ui.model.choose}
        onFocus={fetch}
        onChange={(next) => known && choose(next, known)}
        more={(count) => fill(t.ui.more_options, { count })}
        none={known ? t.ui.nothing_found : t.ui.loading}
      />
    </div>
  )
}
