'use client'
/** How the answers are drawn: system prompt, sampling, and whether the base answers beside the adapter. */
import { chatState, firstSettings, update } from '@/components/chat/conversation'
import { MoreChatSettings } from '@/components/chat/more-settings'
import { settingFault } from '@/components/chat/sampling'
import { ToolsField } from '@/components/chat/tools-field'
import { FieldLabel, labelId } from '@/components/config/config-field'
import { numberText } from '@/lib/config/number-text'
import { useOptions, useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { Checkbox } from '@/components/ui/checkbox'
import { Hint } from '@/components/ui/hint'
import { Select } from '@/components/ui/select'
import { TextInput } from '@/components/ui/text-input'
import type { ReactNode } from 'react'

const numbers = ['max_new_tokens', 'temperature', 'top_p', 'top_k', 'repetition_penalty', 'seed'] as const
const flags = ['do_sample', 'enable_thinking', 'skip_special_tokens'] as const

/** Settings without an effect while nothing is drawn at random. */
const onlySampled: ReadonlySet<string> = new Set(['temperature', 'top_p', 'top_k', 'seed'])

const set = (key: string, value: unknown) => update({ settings: { ...chatState.get().settings, [key]: value } })

export function ChatSettings() {
  const { t } = useLocale()
  const system = useStore(chatState, (now) => now.system)
  const compare = useStore(chatState, (now) => now.compare)
  const settings = useStore(chatState, (now) => now.settings)
  const adapters = useStore(chatState, (now) => now.adapters)
  const dtypes = useOptions('infer_dtype')
  const { label: dtypeLabel } = useWords('infer_dtype')
  const words = t.ui.chat
  return (
    <div className="space-y-4 p-4">
      {adapters.length > 0 && (
        <div className="flex items-center gap-2">
          <Checkbox id="chat-compare" checked={compare} onChange={(next) => update({ compare: next })} />
          <FieldLabel id="chat-compare">{words.compare}</FieldLabel>
        </div>
      )}
      <div>
        <div className="flex h-6 items-center">
          <FieldLabel id="chat-system">{words.system}</FieldLabel>
        </div>
        <textarea
          id="chat-system"
          rows={3}
          value={system}
          placeholder={words.system_hint}
          className="control h-auto resize-y py-1.5"
          onChange={(event) => update({ system: event.target.value })}
        />
      </div>
      <ToolsField />
      <div className="grid grid-cols-2 gap-x-3 gap-y-2.5">
        {numbers.map((key) => (
          <Framed key={key} name={key}>
            <ChatNumber name={key} value={settings[key]} disabled={onlySampled.has(key) && settings.do_sample === false} />
          </Framed>
        ))}
        <Framed name="infer_dtype">
          <Select id="chat-infer_dtype" label={dtypeLabel} value={String(settings.infer_dtype)} options={dtypes} onChange={(next) => set('infer_dtype', next)} />
        </Framed>
      </div>
      <div className="space-y-2">
        {flags.map((key) => (
          <Flag key={key} name={key} checked={(settings[key] ?? firstSettings[key]) === true} />
        ))}
        <EscapeHtml checked={settings.escape_html !== false} />
      </div>
      <MoreChatSettings />
    </div>
  )
}

function Framed({ name, children }: { name: string; children: ReactNode }) {
  const { t } = useLocale()
  const { label, help } = useWords(name)
  return (
    <div className="min-w-0">
      <div className="flex h-6 items-center gap-0.5">
        <FieldLabel id={`chat-${name}`}>{label}</FieldLabel>
        <Hint label={t.ui.field.help} describedBy={labelId(`chat-${name}`)}>
          <p className="text-ink">{name === 'seed' ? t.ui.chat.seed_help : help}</p>
          <code className="mt-1.5 block font-mono text-2xs text-ink-faint">{name}</code>
        </Hint>
      </div>
      {children}
    </div>
  )
}

function ChatNumber({ name, value, disabled }: { name: (typeof numbers)[number]; value: unknown; disabled: boolean }) {
  const { say } = useLocale()
  const fault = disabled ? null : settingFault(name, value)
  return (
    <>
      <TextInput
        id={`chat-${name}`}
        inputMode="decimal"
        value={numberText(value)}
        disabled={disabled}
        invalid={fault !== null}
        describedBy={fault ? `chat-fault-${name}` : undefined}
        onChange={(event) => set(name, event.target.value)}
      />
      {fault && (
        <p id={`chat-fault-${name}`} role="alert" className="mt-1 text-xs text-danger">
          {say(fault)}
        </p>
      )}
    </>
  )
}

function Flag({ name, checked }: { name: (typeof flags)[number]; checked: boolean }) {
  const { label } = useWords(name)
  return (
    <div className="flex items-center gap-2">
      <Checkbox id={`chat-${name}`} checked={checked} onChange={(next) => set(name, next)} />
      <FieldLabel id={`chat-${name}`}>{label}</FieldLabel>
    </div>
  )
}

/** Of the page alone: what is drawn, not what is computed. */
function EscapeHtml({ checked }: { checked: boolean }) {
  const { t } = useLocale()
  const { label, help } = t.ui.chat.escape_html
  return (
    <div className="flex items-center gap-2">
      <Checkbox id="chat-escape_html" checked={checked} onChange={(next) => set('escape_html', next)} />
      <FieldLabel id="chat-escape_html">{label}</FieldLabel>
      <Hint label={t.ui.field.help} describedBy={labelId('chat-escape_html')}>
        <p className="text-ink">{help}</p>
      </Hint>
    </div>
  )
}
