'use client'
/** The settings of a run as its file has them, alone or beside another run's where they differ. */
import { useState } from 'react'
import { useLocale } from '@/components/locale'
import { useRuns } from '@/components/run/runs'
import { useSettings } from '@/components/run/use-settings'
import { SettingsTable } from '@/components/run/settings-table'
import { useCall } from '@/components/use-call'
import { Combobox } from '@/components/ui/combobox'
import { CopyButton } from '@/components/ui/copy-button'
import { differingKeys } from '@/lib/config/difference'
import { fill } from '@/lib/messages/text'
import type { RunSummary } from '@/lib/run'

export function SettingsPanel({ run }: { run: RunSummary }) {
  const { t } = useLocale()
  const runs = useRuns()
  const [other, setOther] = useState('')
  const { reply } = useCall('run', { id: run.id })
  const settings = useSettings(other === '' ? [] : [run.id, other])
  const words = t.ui.run_page.settings
  const detail = reply?.ok ? reply.value : null
  if (reply === null) return <p className="p-4 text-ink-faint">{t.ui.loading}</p>
  if (!detail?.args) return <p className="p-4 text-ink-soft">{words.none}</p>
  const both = other !== '' && settings[other] !== undefined && settings[run.id] !== undefined
  const rows = both ? differingKeys([settings[run.id], settings[other]]) : Object.keys(detail.args)
  const columns = both ? [{ name: run.name, values: settings[run.id] }, { name: runs?.find(({ id }) => id === other)?.name ?? other, values: settings[other] }] : [{ name: words.value, values: detail.args }]
  return (
    <div className="p-4">
      <div className="flex flex-wrap items-end gap-3">
        <div className="w-72 max-w-full">
          <label htmlFor="compare-with" className="text-xs font-medium text-ink-soft">{words.other}</label>
          <Combobox
            id="compare-with"
            label={words.other}
            value={other}
            options={[{ value: '', label: words.nothing }, ...(runs ?? []).filter(({ id }) => id !== run.id).map(({ id, name, model }) => ({ value: id, label: name, detail: model }))]}
            onChange={setOther}
            more={(count) => fill(t.ui.more_options, { count })}
            none={t.ui.nothing_found}
          />
        </div>
        <p className="min-w-0 flex-1 basis-72 text-xs text-ink-faint [overflow-wrap:anywhere]">{t.ui.run_page.folder}: <code className="font-mono">{detail.path}</code></p>
        {detail.args_yaml && <CopyButton text={detail.args_yaml} label={words.copy} done={t.ui.copied} />}
      </div>
      {both && rows.length === 0 ? <p className="mt-4 text-ink-soft">{words.same}</p> : <SettingsTable rows={rows} columns={columns} />}
    </div>
  )
}
