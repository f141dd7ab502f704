'use client'
/** The tools that the model may call, as JSON; what is wrong with it stands below. */
import { chatState, update } from '@/components/chat/conversation'
import { toolsFault } from '@/components/chat/sampling'
import { FieldLabel } from '@/components/config/config-field'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'

export function ToolsField() {
  const { t, say } = useLocale()
  const tools = useStore(chatState, (now) => now.tools)
  const fault = toolsFault(tools)
  return (
    <div>
      <div className="flex h-6 items-center">
        <FieldLabel id="chat-tools">{t.ui.chat.tools}</FieldLabel>
      </div>
      <textarea
        id="chat-tools"
        rows={2}
        value={tools}
        spellCheck={false}
        placeholder={t.ui.chat.tools_hint}
        aria-invalid={fault !== null}
        aria-describedby={fault ? 'chat-fault-tools' : undefined}
        className="control h-auto resize-y py-1.5 font-mono text-xs"
        onChange={(event) => update({ tools: event.target.value })}
      />
      {fault && (
        <p id="chat-fault-tools" role="alert" className="mt-1 text-xs text-danger [overflow-wrap:anywhere]">
          {say(fault)}
        </p>
      )}
    </div>
  )
}
