'use client'
/** The rest of LLaMA Board's chat settings, which this version lacks, each with the reason. */
import ChevronDown from 'lucide-react/icons/chevron-down'
import { FieldLabel, Reason } from '@/components/config/config-field'
import { useOptions, useWords } from '@/components/config/words'
import { useLocale } from '@/components/locale'
import { Select } from '@/components/ui/select'
import { TextInput } from '@/components/ui/text-input'

const media = ['image', 'video', 'audio'] as const

export function MoreChatSettings() {
  const { t } = useLocale()
  const words = t.ui.chat
  const engine = useWords('infer_backend')
  const extra = useWords('extra_args')
  return (
    <details className="group rounded-md border border-line">
      <summary className="flex h-9 cursor-pointer list-none items-center gap-2 px-3 text-xs font-medium text-ink-soft">
        <ChevronDown aria-hidden className="size-3.5 -rotate-90 text-ink-faint transition-transform group-open:rotate-0" />
        {words.more}
      </summary>
      <div className="space-y-2.5 border-t border-line p-3">
        <FieldLabel id="chat-infer_backend">{engine.label}</FieldLabel>
        <Select id="chat-infer_backend" label={engine.label} value="huggingface" options={useOptions('infer_backend')} onChange={() => undefined} />
        <FieldLabel id="chat-extra_args">{extra.label}</FieldLabel>
        <TextInput id="chat-extra_args" value="" placeholder='{"vllm_enforce_eager": true}' disabled describedBy="reason-chat-engine" onChange={() => undefined} />
        <Reason id="reason-chat-engine" feature="other_engines" />
        {media.map((kind) => (
          <div key={kind}>
            <FieldLabel id={`chat-${kind}`}>{words.media[kind]}</FieldLabel>
            <input id={`chat-${kind}`} type="file" disabled aria-describedby="reason-chat-media" className="mt-1 block w-full text-2xs text-ink-faint" />
          </div>
        ))}
        <Reason id="reason-chat-media" feature="multimodal" />
      </div>
    </details>
  )
}
