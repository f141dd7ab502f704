'use client'
/** A model by its name: those on this machine first, then the catalogue's; choosing one fills in path and template. */
import { useMemo } from 'react'
import { FieldLabel } from '@/components/config/config-field'
import { draft, touch } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'
import { Combobox, type ComboboxOption } from '@/components/ui/combobox'
import { Hint } from '@/components/ui/hint'
import type { LocalModel } from '@/lib/api'
import { fill } from '@/lib/messages'
import { catalog, modelByName, modelByPath, starter } from '@/lib/models/catalog'

/** The draft with another model; a template is only replaced where the catalogue knows the right one. */
function choose(name: string, local: readonly LocalModel[]) {
  const here = local.find((model) => model.name === name)
  const known = modelByName(name) ?? (here ? modelByPath(here.path) : null)
  const path = here?.path ?? known?.path ?? null
  draft.set((now) => ({
    ...now,
    model_name: name,
    args: { ...now.args, ...(path ? { model_name_or_path: path } : {}), ...(known ? { template: known.template } : {}) },
  }))
  touch('model_name_or_path')
}

export function ModelName() {
  const { t } = useLocale()
  const { label, help } = useWords('model_name')
  const name = useStore(draft, (now) => now.model_name)
  const { reply } = useCall('models', everything)
  const local = reply?.ok ? reply.value : none
  const options = useMemo<ComboboxOption[]>(() => {
    const own = { value: starter.name, label: starter.name, detail: starter.template, section: t.ui.model.local }
    const here = local.filter(({ path }) => !path.endsWith(`/${starter.path}`)).map(({ name }) => ({ value: name, label: name, section: t.ui.model.local }))
    const names = new Set([starter.name, ...here.map(({ value }) => value)])
    const known = catalog.filter((model) => !names.has(model.name)).map((model) => ({ value: model.name, label: model.name, detail: model.template, section: t.ui.model.catalog }))
    return [own, ...here, ...known]
  }, [local, t])
  return (
    <div className="min-w-0 max-md:col-span-full" data-field="model_name">
      <div className="flex h-6 items-center gap-0.5">
        <FieldLabel id="field-model_name">{label}</FieldLabel>
        <Hint label={fill(t.ui.field.help, { label })}>
          <p className="text-ink">{help}</p>
        </Hint>
      </div>
      <Combobox
        id="field-model_name"
        label={label}
        value={name}
        options={options}
        placeholder={t.ui.model.choose}
        onChange={(next) => choose(next, local)}
        more={(count) => fill(t.ui.more_options, { count })}
        none={t.ui.nothing_found}
      />
    </div>
  )
}

const none: readonly LocalModel[] = []
const everything = {}
