'use client'
/** Sending the export to the Hugging Face hub: the repository, who sees it, and a token, which goes to the server's memory and nowhere else. */
import { useState } from 'react'
import { call } from '@/components/call'
import { FieldLabel, FieldTools, labelId } from '@/components/config/config-field'
import { draft, setArg } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { changeOptions, exportWish } from '@/components/export/wish'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { Checkbox } from '@/components/ui/checkbox'
import { Hint } from '@/components/ui/hint'
import { TextInput } from '@/components/ui/text-input'
import type { Fault } from '@/lib/errors'

const id = 'field-export_hub_model_id'

export function HubFields({ fault, onToken }: { fault: Fault | null; onToken: () => void }) {
  const { t, say } = useLocale()
  const words = t.ui.export
  const { label } = useWords('export_hub_model_id')
  const value = useStore(draft, ({ args }) => String(args.export_hub_model_id ?? ''))
  const isPrivate = useStore(exportWish, ({ options }) => options.hub_private)
  return (
    <div className="space-y-3">
      <div className="min-w-0" data-field="export_hub_model_id">
        <div className="flex h-6 items-center gap-px">
          <FieldLabel id={id}>{label}</FieldLabel>
          <FieldTools name="export_hub_model_id" id={id} changed={value !== ''} />
        </div>
        <TextInput id={id} value={value} placeholder="owner/name" invalid={fault !== null} describedBy={fault ? 'fault-export_hub_model_id' : undefined} onChange={(event) => setArg('export_hub_model_id', event.target.value === '' ? null : event.target.value)} />
        {fault && (
          <p id="fault-export_hub_model_id" role="alert" className="mt-1 text-xs text-danger [overflow-wrap:anywhere]">
            {say(fault)}
          </p>
        )}
      </div>
      {value !== '' && (
        <div className="grid gap-x-3 gap-y-2 sm:grid-cols-2">
          <Token onToken={onToken} />
          <div className="flex h-8 items-center gap-2 self-end">
            <Checkbox id="field-hub_private" checked={isPrivate} onChange={(hub_private) => changeOptions({ hub_private })} />
            <FieldLabel id="field-hub_private">{words.hub_private}</FieldLabel>
            <Hint label={t.ui.field.help} describedBy={labelId('field-hub_private')}>
              <p className="text-ink">{words.hub_private_help}</p>
            </Hint>
          </div>
        </div>
      )}
    </div>
  )
}

function Token({ onToken }: { onToken: () => void }) {
  const { t } = useLocale()
  const words = t.ui.export
  const [token, setToken] = useState('')
  const hand = async () => {
    if (token === '') return
    await call('hub_token', { hub: 'huggingface', token })
    setToken('')
    onToken()
  }
  return (
    <div className="min-w-0">
      <div className="flex h-6 items-center gap-px">
        <FieldLabel id="field-hub_token">{words.token}</FieldLabel>
        <Hint label={t.ui.field.help} describedBy={labelId('field-hub_token')}>
          <p className="text-ink">{words.token_help}</p>
        </Hint>
      </div>
      <TextInput id="field-hub_token" type="password" value={token} placeholder={words.token_placeholder} onChange={(event) => setToken(event.target.value.trim())} onBlur={hand} onKeyDown={(event) => event.key === 'Enter' && void hand()} />
    </div>
  )
}
