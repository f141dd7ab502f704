'use client'
/** Where the model lies: typed or browsed to; what was found there, or what is wrong with it, stands beside the label. */
import FolderOpen from 'lucide-react/icons/folder-open'
import dynamic from 'next/dynamic'
import { useEffect, useState } from 'react'
import { checkNow, useFault } from '@/components/config/checks'
import { FieldFault, FieldLabel, FieldTools, labelId } from '@/components/config/config-field'
import { draft, setArg } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { hubChoice } from '@/components/model/hub-choice'
import { ModelFetch } from '@/components/model/model-fetch'
import { ownTemplate } from '@/components/model/own-template'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'
import { useSettled } from '@/components/use-settled'
import { Button } from '@/components/ui/button'
import { TextInput } from '@/components/ui/text-input'
import type { ModelReport } from '@/lib/api'
import { bytes, compact } from '@/lib/format'
import type { ModelRef } from '@/lib/hub/ref'
import type { Locale } from '@/lib/messages/locales'

const BrowseDialog = dynamic(() => import('@/components/files/browse-dialog').then((module) => module.BrowseDialog), { ssr: false })
const ModelDialog = dynamic(() => import('@/components/model/model-dialog').then((module) => module.ModelDialog), { ssr: false })

export function ModelPath() {
  const { t, say, locale } = useLocale()
  const { label } = useWords('model_name_or_path')
  const path = useStore(draft, (now) => String(now.args.model_name_or_path ?? ''))
  const fault = useFault('model_name_or_path')
  const [browsing, setBrowsing] = useState(false)
  const [fetching, setFetching] = useState<ModelRef | null>(null)
  const hub = useStore(hubChoice, (now) => now)
  const named: ModelRef = { hub, model: path.trim(), revision: null }
  const settled = useSettled(path)
  const { reply, again } = useCall('model', settled.trim() === '' ? null : { model_name_or_path: settled.trim() })
  const current = settled === path && path !== '' ? reply : null
  const found = current?.ok ? current.value : null
  const wrong = current === null ? null : current.ok ? (current.value.problems[0] ?? null) : current.fault
  useEffect(() => takeTemplate(found), [found])
  const invalid = wrong !== null || fault !== null
  return (
    <div className="min-w-0 max-md:col-span-full" data-field="model_name_or_path">
      <div className="flex h-6 items-center gap-px">
        <FieldLabel id="field-model_path">{label}</FieldLabel>
        <FieldTools name="model_name_or_path" id="field-model_path" changed={false} />
        {found && !wrong && <span className="ml-auto truncate pl-2 text-2xs text-ink-faint">{describe(found, locale)}</span>}
      </div>
      <div className="flex gap-1.5">
        <TextInput
          id="field-model_path"
          value={path}
          placeholder={t.ui.model.path}
          invalid={invalid}
          describedBy={invalid ? 'fault-model_name_or_path' : undefined}
          onChange={(event) => {
            setArg('model_name_or_path', event.target.value)
            draft.set((now) => ({ ...now, model_name: '' }))
          }}
        />
        <Button size="icon" aria-label={t.ui.model.browse} aria-describedby={labelId('field-model_path')} title={t.ui.model.browse} onClick={() => setBrowsing(true)}>
          <FolderOpen aria-hidden className="size-4" />
        </Button>
      </div>
      {wrong?.code === 'model_not_here' ? (
        <ModelFetch
          wanted={named}
          describedBy="fault-model_name_or_path"
          onOpen={() => setFetching(named)}
          onHere={() => {
            again()
            void checkNow()
          }}
        />
      ) : wrong ? (
        <p id="fault-model_name_or_path" role="alert" className="mt-1 text-xs text-danger [overflow-wrap:anywhere]">
          {say(wrong)}
        </p>
      ) : (
        <FieldFault name="model_name_or_path" />
      )}
      {fetching && <ModelDialog wanted={fetching} onClose={() => setFetching(null)} />}
      {browsing && (
        <BrowseDialog
          title={t.ui.model.browse_title}
          help={t.ui.model.browse_help}
          use={t.ui.model.use}
          accepts={(entry) => entry.is_model}
          onTake={(entry) => {
            draft.set((now) => ({ ...now, model_name: entry.name }))
            setArg('model_name_or_path', entry.path)
          }}
          onClose={() => setBrowsing(false)}
        />
      )}
    </div>
  )
}

/** A model that says which template it needs fills in one that nobody has chosen; whether it brings its own is told to the template's field. */
function takeTemplate(found: ModelReport | null) {
  ownTemplate.set(found?.own_template ?? false)
  if (found?.template && draft.get().args.template === null) draft.set((now) => ({ ...now, args: { ...now.args, template: found.template } }))
}

const describe = ({ family, parameters, size }: ModelReport, locale: Locale): string =>
  [family, parameters === null ? null : compact(parameters, locale), size === null ? null : bytes(size, locale)].filter(Boolean).join(' · ')
