'use client'
/** Which weights talk: the base alone or an adapter on it; loading, unloading, and what is really loaded. */
import { useEffect, useMemo, useState } from 'react'
import { chatState, update } from '@/components/chat/conversation'
import { chatWish } from '@/components/chat/wish'
import { LoadStatus } from '@/components/chat/load-status'
import { FieldLabel } from '@/components/config/config-field'
import { draft } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { adapterOptions } from '@/components/model/adapter-options'
import { useSocket } from '@/components/socket'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'
import { Button } from '@/components/ui/button'
import { Combobox } from '@/components/ui/combobox'
import { Message } from '@/components/ui/message'
import type { AdapterEntry } from '@/lib/api'
import type { Fault } from '@/lib/errors'
import { chatLoadSchema, type ChatLoad } from '@/lib/events'
import { fill } from '@/lib/messages/text'

/** The option for no adapter; a path is never empty. */
const BASE = ''

export function Loader() {
  const { t, say } = useLocale()
  const { socket, connected, chat } = useSocket()
  const adapter = useStore(chatState, (now) => now.adapter)
  const base = useStore(draft, ({ args }) => String(args.model_name_or_path ?? '').trim())
  const { reply, again } = useCall('adapters', { model_name_or_path: null })
  const entries = reply?.ok ? reply.value : none
  const [fault, setFault] = useState<Fault | null>(null)
  const words = t.ui.chat
  const { label } = useWords('adapter_name_or_path')

  const load = (path: string | null, list: readonly AdapterEntry[]) => {
    const wanted = loadOf(path, list)
    if (!wanted.ok) return setFault(wanted.fault)
    setFault(null)
    socket?.emit('chat_load', wanted.load, (answer) => !answer.ok && setFault(answer.fault))
  }

  useEffect(() => {
    const run = chatWish.get()
    const entry = run === null || !reply?.ok ? undefined : reply.value.find((item) => item.run === run)
    if (!entry || !connected) return
    chatWish.set(null)
    update({ adapter: entry.path, compare: true })
    const loaded = chat.status === 'ready' && chat.load.adapter_name_or_path === entry.path
    if (!loaded) load(entry.path, [entry])
  }, [reply, connected]) // a wish is taken once, when its adapter is known

  useEffect(() => {
    // what another window or an earlier visit loaded is what this one talks to
    if (chat.status === 'ready' && chat.load.adapter_name_or_path !== null && chatState.get().adapter === null) update({ adapter: chat.load.adapter_name_or_path })
  }, [chat])

  const options = useMemo(() => [{ value: BASE, label: words.base_only }, ...adapterOptions(entries, base, words)], [entries, base, words])
  const busy = chat.status === 'loading'
  return (
    <div className="shrink-0 space-y-3 p-4">
      <div>
        <div className="flex h-6 items-center">
          <FieldLabel id="field-chat-adapter">{label}</FieldLabel>
        </div>
        <Combobox
          id="field-chat-adapter"
          label={label}
          value={adapter ?? BASE}
          options={options}
          onChange={(next) => {
            update({ adapter: next === BASE ? null : next })
            again()
          }}
          more={(count) => fill(t.ui.more_options, { count })}
          none={t.ui.nothing_found}
        />
      </div>
      <div className="flex gap-2">
        <Button intent="primary" className="flex-1" disabled={!connected || busy} onClick={() => load(adapter, entries)}>
          {busy ? words.loading : words.load}
        </Button>
        <Button disabled={chat.status === 'unloaded'} onClick={() => socket?.emit('chat_unload', (answer) => !answer.ok && setFault(answer.fault))}>
          {words.unload}
        </Button>
      </div>
      <LoadStatus chat={chat} />
      {fault && <Message tone="danger" role="alert">{say(fault)}</Message>}
    </div>
  )
}

const none: readonly AdapterEntry[] = []

/** An adapter brings its own base; the base alone is the model bar's. The template is the model bar's unless it has one; null is the model's own. */
function loadOf(path: string | null, entries: readonly AdapterEntry[]): { ok: true; load: ChatLoad } | { ok: false; fault: Fault } {
  const { args } = draft.get()
  const entry = entries.find((item) => item.path === path)
  const model = entry?.base ?? String(args.model_name_or_path ?? '').trim()
  const template = entry?.template ?? (typeof args.template === 'string' ? args.template : null)
  if (model === '') return { ok: false, fault: { code: 'missing_key', values: { key: 'model_name_or_path' } } }
  const { settings } = chatState.get()
  return { ok: true, load: chatLoadSchema.parse({ model_name_or_path: model, adapter_name_or_path: path, template, infer_dtype: settings.infer_dtype }) }
}
