'use client'
/** Where messages are written: Enter sends, Shift+Enter makes a new line; stop, again and clear stand beside it. */
import ArrowUp from 'lucide-react/icons/arrow-up'
import Eraser from 'lucide-react/icons/eraser'
import RefreshCw from 'lucide-react/icons/refresh-cw'
import Square from 'lucide-react/icons/square'
import { useState, type KeyboardEvent } from 'react'
import { ask, askers, chatState, streaming, update, type Turn } from '@/components/chat/conversation'
import { toSampling, toolsFault } from '@/components/chat/sampling'
import { useLocale } from '@/components/locale'
import { useSocket } from '@/components/socket'
import { useStore } from '@/components/store'
import { Button } from '@/components/ui/button'
import { Select } from '@/components/ui/select'
import type { ChatSide } from '@/lib/events'

export function Composer() {
  const { t } = useLocale()
  const { socket, connected, chat } = useSocket()
  const state = useStore(chatState, (now) => now)
  const [text, setText] = useState('')
  const running = streaming(state)
  const sampling = toSampling(state.settings)
  const ready = connected && chat.status === 'ready' && sampling !== null && toolsFault(state.tools) === null && running.length === 0
  const words = t.ui.chat

  const sides: ChatSide[] = chat.status === 'ready' && chat.load.adapter_name_or_path.length > 0 ? (state.compare ? ['base', 'adapter'] : ['adapter']) : ['base']
  const send = (turns: readonly Turn[], message: Pick<Turn, 'role' | 'user'>) => {
    if (!socket || !sampling || message.user.trim() === '') return
    const { enable_thinking, skip_special_tokens } = state.settings
    ask(socket, turns, message, { sampling, sides, enable_thinking: enable_thinking === true, skip_special_tokens: skip_special_tokens === true })
  }
  const submit = () => {
    if (!ready) return
    send(state.turns, { role: state.role, user: text })
    setText('')
    update({ role: 'user' }) // after a tool's answer, it is a person's turn
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // an Enter that ends an input method's word is not for us
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    submit()
  }
  const lastTurn = state.turns.at(-1)
  return (
    <div className="sticky bottom-0 shrink-0 border-t border-line bg-surface p-3 sm:px-4">
      <div className="mx-auto w-full max-w-5xl">
        <div className="flex items-end gap-2">
          <textarea
            aria-label={words.message}
            data-shortcut="message"
            rows={Math.min(8, Math.max(2, text.split('\n').length))}
            value={text}
            placeholder={chat.status !== 'ready' ? words.load_first : state.role === 'user' ? words.message_hint : words.observation_hint}
            className="control h-auto resize-none py-1.5 text-base!"
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
          />
          {running.length > 0 ? (
            <Button intent="danger" size="lg" onClick={() => running.forEach(({ id }) => socket?.emit('chat_cancel', id))}>
              <Square aria-hidden className="size-3 fill-current" />
              {words.stop}
            </Button>
          ) : (
            <Button intent="primary" size="lg" disabled={!ready || text.trim() === ''} onClick={submit}>
              <ArrowUp aria-hidden className="size-4" />
              {words.send}
            </Button>
          )}
        </div>
        <div className="mt-1.5 flex h-8 items-center gap-2">
          {lastTurn && (
            <>
              <Button intent="ghost" size="sm" disabled={!ready} onClick={() => send(state.turns.slice(0, -1), lastTurn)}>
                <RefreshCw aria-hidden className="size-3.5" />
                {words.again}
              </Button>
              <Button intent="ghost" size="sm" disabled={running.length > 0} onClick={() => update({ turns: [] })}>
                <Eraser aria-hidden className="size-3.5" />
                {words.clear}
              </Button>
            </>
          )}
          <span className="ml-auto text-2xs text-ink-faint max-sm:hidden">{words.keys}</span>
          <div className="w-32 max-sm:ml-auto">
            <Select label={words.role} value={state.role} options={askers.map((value) => ({ value, label: t.ui.roles[value] }))} onChange={(next) => update({ role: askers.find((role) => role === next) })} />
          </div>
        </div>
      </div>
    </div>
  )
}
