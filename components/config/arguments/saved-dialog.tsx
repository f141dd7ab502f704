'use client'
/** Arguments under a name: the form as it is now can be saved, and what was saved can be looked at again. They are files that the command line runs as well. */
import Trash2 from 'lucide-react/icons/trash-2'
import { useState } from 'react'
import { call } from '@/components/call'
import { fromText, type Offer } from '@/components/config/arguments/proposals'
import { draftYaml } from '@/components/config/arguments/draft-yaml'
import { useLocale } from '@/components/locale'
import { useCall } from '@/components/use-call'
import { Button } from '@/components/ui/button'
import { Confirm } from '@/components/ui/confirm'
import { Dialog } from '@/components/ui/dialog'
import { Message } from '@/components/ui/message'
import { TextInput } from '@/components/ui/text-input'
import type { Fault } from '@/lib/errors'
import { fill } from '@/lib/messages/text'

export function SavedDialog({ onOffer, onClose }: { onOffer: (offer: Offer) => void; onClose: () => void }) {
  const { t, say } = useLocale()
  const words = t.ui.form
  const { reply, again } = useCall('saved_args', {})
  const [name, setName] = useState('')
  const [fault, setFault] = useState<Fault | null>(null)
  const saved = reply?.ok ? reply.value : []
  const taken = saved.some((one) => one.name === name.trim())
  const save = async () => {
    const answer = await call('saved_args_write', { name: name.trim(), text: draftYaml() })
    setFault(answer.ok ? null : answer.fault)
    if (answer.ok) setName('')
    again()
  }
  const load = async (wanted: string) => {
    const answer = await call('saved_args_read', { name: wanted })
    if (answer.ok) onOffer(await fromText(wanted, answer.value))
    else setFault(answer.fault)
  }
  const remove = async (unwanted: string) => {
    const answer = await call('saved_args_remove', { name: unwanted })
    setFault(answer.ok ? null : answer.fault)
    again()
  }
  const wrong = fault ?? (reply && !reply.ok ? reply.fault : null)
  return (
    <Dialog open onOpenChange={onClose} title={words.saved} description={words.saved_help} closeLabel={t.ui.close}>
      <form
        className="flex gap-2 border-b border-line px-4 py-3"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <TextInput aria-label={words.config_name} placeholder={words.config_name} value={name} onChange={(event) => setName(event.target.value)} />
        <Button type="submit" intent="primary" disabled={name.trim() === ''}>
          {taken ? words.replace : words.save}
        </Button>
      </form>
      {wrong && (
        <Message tone="danger" role="alert" className="mx-4 mt-3">
          {say(wrong)}
        </Message>
      )}
      <ul className="min-h-0 flex-1 overflow-y-auto p-2">
        {saved.length === 0 && <li className="px-2 py-3 text-xs text-ink-faint">{reply === null ? t.ui.loading : words.none_saved}</li>}
        {saved.map(({ name: one }) => (
          <li key={one} className="flex items-center gap-2 rounded-md px-2 py-1 hover:bg-sunken">
            <span className="min-w-0 flex-1 truncate">{one}</span>
            <Button size="sm" aria-label={fill(words.load_name, { name: one })} onClick={() => void load(one)}>
              {words.load}
            </Button>
            <Confirm
              trigger={
                <Button size="icon-sm" intent="ghost" aria-label={fill(words.remove_name, { name: one })} title={fill(words.remove_name, { name: one })}>
                  <Trash2 aria-hidden className="size-3.5" />
                </Button>
              }
              title={fill(words.remove_name, { name: one })}
              body={words.remove_body}
              action={words.remove}
              cancel={t.ui.cancel}
              onConfirm={() => void remove(one)}
            />
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
