'use client'
/** How messages are written for the model: by one of the templates, or by the model's own, which no name stands for. The names come when a person turns to the field. */
import { useState } from 'react'
import { useFault } from '@/components/config/checks'
import { FieldFault, FieldLabel, FieldTools } from '@/components/config/config-field'
import { draft, setArg } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { ownTemplate } from '@/components/model/own-template'
import { useStore } from '@/components/store'
import { Combobox, type ComboboxOption } from '@/components/ui/combobox'
import { fill } from '@/lib/messages/text'

/** The option's value; in the configuration it is null. */
const OWN = 'own'

export function TemplateField() {
  const { t } = useLocale()
  const { label } = useWords('template')
  const value = useStore(draft, (now) => now.args.template)
  const fault = useFault('template')
  const own = useStore(ownTemplate, (usable) => usable)
  const [names, setNames] = useState<ComboboxOption[]>([])
  const fetch = () => void import('@/lib/templates/table').then(({ templateNames }) => setNames(templateNames.map((name) => ({ value: name, label: name }))))
  const options = own ? [{ value: OWN, label: t.ui.model.own_template }, ...names] : names
  return (
    <div className="min-w-0" data-field="template">
      <div className="flex h-6 items-center gap-px">
        <FieldLabel id="field-template">{label}</FieldLabel>
        <FieldTools name="template" id="field-template" changed={false} />
      </div>
      <Combobox
        id="field-template"
        label={label}
        value={typeof value === 'string' ? value : own ? OWN : ''}
        options={options}
        placeholder={t.ui.model.choose_template}
        invalid={fault !== null}
        describedBy={fault ? 'fault-template' : undefined}
        onFocus={fetch}
        onChange={(next) => setArg('template', next === '' || next === OWN ? null : next)}
        more={(count) => fill(t.ui.more_options, { count })}
        none={names.length > 0 ? t.ui.nothing_found : t.ui.loading}
      />
      <FieldFault name="template" />
    </div>
  )
}
