'use client'
/** What a hub refuses, and, where a token would help, the field for one. It goes to the server's memory and is shown nowhere again. */
import { useId, useState } from 'react'
import { call } from '@/components/call'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Message } from '@/components/ui/message'
import { TextInput } from '@/components/ui/text-input'
import type { ErrorCode } from '@/lib/messages/en'
import type { Fault } from '@/lib/errors'
import { hubs, type HubName } from '@/lib/hub/hub'
import { fill } from '@/lib/messages/text'

const asksForToken: readonly ErrorCode[] = ['hub_gated', 'hub_private', 'hub_missing_near', 'hub_token_refused', 'hub_busy']

interface HubRefusalProps {
  hub: HubName
  fault: Fault
  /** The token is taken: ask the hub again. */
  onToken: () => void
}

export function HubRefusal({ hub, fault, onToken }: HubRefusalProps) {
  const { say } = useLocale()
  return (
    <div className="space-y-3">
      <Message tone="danger" role="alert">{say(fault)}</Message>
      {asksForToken.includes(fault.code) && <TokenForm hub={hub} onToken={onToken} />}
    </div>
  )
}

function TokenForm({ hub, onToken }: Pick<HubRefusalProps, 'hub' | 'onToken'>) {
  const { t, say } = useLocale()
  const words = t.ui.hub
  const id = useId()
  const [token, setToken] = useState('')
  const [fault, setFault] = useState<Fault | null>(null)
  const send = async () => {
    const answer = await call('hub_token', { hub, token })
    if (!answer.ok) return setFault(answer.fault)
    setToken('')
    onToken()
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <label htmlFor={id} className="flex h-6 items-center text-xs font-medium text-ink-soft">{fill(words.token, { hub: hubs[hub].title })}</label>
      <div className="flex gap-2">
        <TextInput id={id} type="password" autoComplete="off" value={token} onChange={(event) => setToken(event.target.value)} aria-describedby={`${id}-help`} />
        <Button type="submit" disabled={token.trim() === ''}>{words.use_token}</Button>
      </div>
      <p id={`${id}-help`} className="mt-1 text-2xs text-ink-faint">{words.token_help}</p>
      {fault && <Message tone="danger" role="alert" className="mt-2">{say(fault)}</Message>}
    </form>
  )
}
