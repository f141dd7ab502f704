'use client'
/** How messages are written for the model: one of the templates by name. The names come when a person turns to the field. */
import { useState } from 'react'
import { useFault } from '@/components/config/checks'
import { FieldFault, FieldLabel, FieldTools } from '@/components/config/config-field'
import { draft, setArg } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { Combobox, type ComboboxOption } from '@/components/ui/combobox'
import { fill } from '@/lib/messages/text'

export function TemplateField() {
  const { t } = useLocale()
  const { label } = useWords('template')
  const value = useStore(draft, (now) => now.args.template)
  const fault = useFault('template')
  const [options, setOptions] = useState<ComboboxOption[]>([])
  const fetch = () => void import('@/lib/templates/table').then(({ templateNames }) => setOptions(templateNames.map((name) => ({ value: name, label: name }))))
  return (
    <div className="min-w-0" data-field="template">
      <div className="flex h-6 items-center gap-0.5">
        <FieldLabel id="field-template">{label}</FieldLabel>
        <FieldTools name="template" id="field-template" changed={false} />
      </div>
      <Combobox
        id="field-template"
        label={label}
        value={typeof value === 'string' ? value : ''}
        options={options}
        placeholder={t.ui.model.choose_template}
        invalid={fault !== null}
        describedBy={fault ? 'fault-template' : undefined}
        onFocus={fetch}
        onChange={(next) => setArg('template', next === '' ? null : next)}
        more={(count) => fill(t.ui.more_options, { count })}
        none={options.length > 0 ? t.ui.nothing_found : t.ui.loading}
      />
      <FieldFault name="template" />
    </div>
  )
}
