'use client'
/** The hub that a model is fetched from. Another one calls a known model by another name, so the path follows. */
import { useEffect } from 'react'
import { FieldLabel, labelId } from '@/components/config/config-field'
import { draft, setArg } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { hubChoice, keepHub } from '@/components/model/hub-choice'
import { useStore } from '@/components/store'
import { Hint } from '@/components/ui/hint'
import { Select } from '@/components/ui/select'
import { hubNames, hubs, type HubName } from '@/lib/hub/hub'

async function change(next: HubName) {
  const before = hubChoice.get()
  hubChoice.set(next)
  const { idOn, modelByPath } = await import('@/lib/models/catalog')
  const path = draft.get().args.model_name_or_path
  const model = typeof path === 'string' ? modelByPath(path) : null
  if (model && path === idOn(model, before) && path !== idOn(model, next)) setArg('model_name_or_path', idOn(model, next))
}

export function HubNameField() {
  const { t } = useLocale()
  const { label, help } = useWords('hub_name')
  const hub = useStore(hubChoice, (now) => now)
  useEffect(keepHub, [])
  const options = [...hubNames.map((name) => ({ value: name, label: hubs[name].title })), { value: 'openmind', label: 'openMind', disabled_reason: t.ui.model.no_openmind }]
  return (
    <div className="min-w-0" data-field="hub_name">
      <div className="flex h-6 items-center gap-px">
        <FieldLabel id="field-hub_name">{label}</FieldLabel>
        <Hint label={t.ui.field.help} describedBy={labelId('field-hub_name')}>
          <p className="text-ink">{help}</p>
        </Hint>
      </div>
      <Select id="field-hub_name" label={label} value={hub} options={options} onChange={(next) => void change(hubNames.find((name) => name === next) ?? hub)} />
    </div>
  )
}
