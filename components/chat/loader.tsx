'use client'
/** Which weights talk: the base alone or adapters on it; loading, unloading, and what is really loaded. */
import { useEffect, useState } from 'react'
import { chatState, update } from '@/components/chat/conversation'
import { chatWish } from '@/components/chat/wish'
import { LoadStatus } from '@/components/chat/load-status'
import { FieldLabel } from '@/components/config/config-field'
import { draft } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { baseOf, takeWhole, withBeneath } from '@/components/model/adapter-entries'
import { CheckpointChooser } from '@/components/model/checkpoint-chooser'
import { useSocket } from '@/components/socket'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'
import { Button } from '@/components/ui/button'
import { Message } from '@/components/ui/message'
import type { AdapterEntry } from '@/lib/api'
import { same } from '@/lib/config/fields'
import type { Fault } from '@/lib/errors'
import { chatLoadSchema, type ChatLoad } from '@/lib/events'

export function Loader() {
  const { t, say } = useLocale()
  const { socket, connected, chat } = useSocket()
  const adapters = useStore(chatState, (now) => now.adapters)
  const base = useStore(draft, ({ args }) => String(args.model_name_or_path ?? '').trim())
  const { reply, again } = useCall('adapters', { model_name_or_path: null })
  const entries = reply?.ok ? reply.value.filter(({ kind }) => kind === 'adapter') : none
  const [fault, setFault] = useState<Fault | null>(null)
  const words = t.ui.chat
  const { label } = useWords('adapter_name_or_path')

  const load = (paths: string[], list: readonly AdapterEntry[]) => {
    const wanted = loadOf(paths, list)
    if (!wanted.ok) return setFault(wanted.fault)
    setFault(null)
    socket?.emit('chat_load', wanted.load, (answer) => !answer.ok && setFault(answer.fault))
  }

  useEffect(() => {
    const run = chatWish.get()
    const entry = run === null || !reply?.ok ? undefined : reply.value.find((item) => item.run === run)
    if (!entry || !connected) return
    chatWish.set(null)
    if (entry.kind === 'model') takeWhole(entry)
    const wanted = entry.kind === 'model' ? [] : withBeneath([entry], entry.path)
    update({ adapters: wanted, compare: true })
    const loaded = chat.status === 'ready' && same(chat.load.adapter_name_or_path, wanted) && (entry.kind === 'adapter' || chat.load.model_name_or_path === entry.path)
    if (!loaded) load(wanted, [entry])
  }, [reply, connected]) // a wish is taken once, when its adapter is known

  useEffect(() => {
    // what another window or an earlier visit loaded is what this one talks to
    if (chat.status === 'ready' && chatState.get().adapters.length === 0) update({ adapters: chat.load.adapter_name_or_path })
  }, [chat])

  const busy = chat.status === 'loading'
  return (
    <div className="shrink-0 space-y-3 p-4">
      <div>
        <div className="flex h-6 items-center">
          <FieldLabel id="field-chat-adapter">{label}</FieldLabel>
        </div>
        <CheckpointChooser
          id="field-chat-adapter"
          label={label}
          entries={reply?.ok ? entries : null}
          base={base}
          chosen={adapters}
          none={words.base_only}
          align="start"
          onChange={(next) => update({ adapters: next })}
          onOpen={(open) => open && again()}
        />
      </div>
      <div className="flex gap-2">
        <Button intent="primary" className="flex-1" disabled={!connected || busy} onClick={() => load(adapters, entries)}>
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

/** Adapters bring their own base; the base alone is the model bar's. The template is the model bar's unless they have one; null is the model's own. */
function loadOf(paths: string[], entries: readonly AdapterEntry[]): { ok: true; load: ChatLoad } | { ok: false; fault: Fault } {
  const { args } = draft.get()
  const entry = baseOf(entries, paths)
  const model = entry?.base ?? String(args.model_name_or_path ?? '').trim()
  const template = entry?.template ?? (typeof args.template === 'string' ? args.template : null)
  if (model === '') return { ok: false, fault: { code: 'missing_key', values: { key: 'model_name_or_path' } } }
  const { settings } = chatState.get()
  return { ok: true, load: chatLoadSchema.parse({ model_name_or_path: model, adapter_name_or_path: paths, template, infer_dtype: settings.infer_dtype }) }
}
