'use client'
/** A dataset of a hub before it is fetched: its description, and which of its rows are wanted. */
import ArrowLeft from 'lucide-react/icons/arrow-left'
import ExternalLink from 'lucide-react/icons/external-link'
import { useId, useState, type ReactNode } from 'react'
import { Markdown } from '@/components/chat/markdown'
import type { HubChoice } from '@/components/dataset/hub-choice'
import { HubFetch } from '@/components/hub/hub-fetch'
import { HubRefusal } from '@/components/hub/hub-refusal'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Message } from '@/components/ui/message'
import { Select } from '@/components/ui/select'
import { TextInput } from '@/components/ui/text-input'
import { useCall } from '@/components/use-call'
import { bytes, count } from '@/lib/format'
import type { HubCard } from '@/lib/hub/download'
import { hubs } from '@/lib/hub/hub'
import { revisionSchema, type DatasetRef } from '@/lib/hub/ref'
import { fill } from '@/lib/messages/text'

interface HubLookProps {
  choice: HubChoice
  onBack: () => void
  /** Looks at another dataset of this hub. */
  onOpen: (id: string) => void
  onFetched: (ref: DatasetRef) => void
}

export function HubLook({ choice, onBack, onOpen, onFetched }: HubLookProps) {
  const { t } = useLocale()
  const { hub, id, known } = choice
  const folder = known?.refs[hub]?.folder ?? null
  const [revision, setRevision] = useState<string | null>(null)
  const { reply, again } = useCall('hub_dataset', { hub, id, revision, folder })
  const nearest = reply && !reply.ok ? reply.fault.values.nearest : null
  return (
    <div className="flex min-h-0 flex-col">
      <div className="flex shrink-0 items-center gap-2 border-b border-line px-3 py-2">
        <Button size="sm" intent="ghost" onClick={onBack}>
          <ArrowLeft aria-hidden className="size-3.5" />
          {t.ui.hub.back}
        </Button>
        <h3 className="min-w-0 flex-1 truncate font-medium">{id}</h3>
        {reply?.ok && (
          <a href={reply.value.page} target="_blank" rel="noreferrer noopener" className="inline-flex shrink-0 items-center gap-1 text-xs text-accent underline underline-offset-2">
            {hubs[hub].title}
            <ExternalLink aria-hidden className="size-3" />
          </a>
        )}
      </div>
      {!reply && <p role="status" className="h-40 p-4 text-xs text-ink-faint">{fill(t.ui.hub.asking, { hub: hubs[hub].title })}</p>}
      {reply && !reply.ok && (
        <div className="space-y-3 p-4">
          <HubRefusal hub={hub} fault={reply.fault} onToken={again} />
          {typeof nearest === 'string' && <Button onClick={() => onOpen(nearest)}>{fill(t.ui.hub.open_near, { id: nearest })}</Button>}
        </div>
      )}
      {reply?.ok && <Rows choice={choice} card={reply.value} revision={revision} folder={folder} onRevision={setRevision} onFetched={onFetched} />}
    </div>
  )
}

interface RowsProps {
  choice: HubChoice
  card: HubCard
  revision: string | null
  folder: string | null
  onRevision: (revision: string | null) => void
  onFetched: (ref: DatasetRef) => void
}

function Rows({ choice: { hub, id, known }, card, revision, folder, onRevision, onFetched }: RowsProps) {
  const { t, locale } = useLocale()
  const words = t.ui.hub
  const wished = known?.refs[hub]
  const [subset, setSubset] = useState<string | null>(wished?.subset ?? null)
  const [split, setSplit] = useState<string | null>(wished?.split ?? null)
  const config = card.configs.find(({ name }) => name === subset) ?? card.configs.find(({ is_default }) => is_default) ?? card.configs[0]
  const chosen = config.splits.find(({ name }) => name === split) ?? config.splits.find(({ name }) => name === 'train') ?? config.splits[0]
  const ref: DatasetRef | null = chosen ? { hub, id, revision, folder, subset: card.configs.length > 1 ? config.name : null, split: chosen.name } : null
  return (
    <div className="grid min-h-0 grid-cols-1 overflow-y-auto md:grid-cols-[17rem_minmax(0,1fr)] md:overflow-hidden">
      <div className="space-y-3 p-4 md:overflow-y-auto md:border-r md:border-line">
        {card.configs.length > 1 && (
          <Field label={words.subset}>
            {(at) => <Select id={at} label={words.subset} value={config.name} options={card.configs.map(({ name }) => ({ value: name, label: name }))} onChange={setSubset} />}
          </Field>
        )}
        {chosen && (
          <Field label={words.split}>
            {(at) => <Select id={at} label={words.split} value={chosen.name} options={config.splits.map(({ name, bytes: size }) => ({ value: name, label: `${name} · ${bytes(size, locale)}` }))} onChange={setSplit} />}
          </Field>
        )}
        <Revision hub={hub} value={revision} onChange={onRevision} />
        {chosen && <p className="text-xs text-ink-faint">{fill(words.size, { count: count(chosen.files, locale), size: bytes(chosen.bytes, locale) })}</p>}
        {known && <p className="text-xs text-ink-faint">{words.known_columns}</p>}
        {ref ? <HubFetch key={JSON.stringify(ref)} wanted={ref} next={words.next} onNext={() => onFetched(ref)} /> : <Message tone="warn">{words.no_rows}</Message>}
      </div>
      <div tabIndex={0} role="region" aria-label={words.card} className="min-h-40 overflow-y-auto p-4 text-sm outline-offset-[-2px] max-md:border-t max-md:border-line md:h-[26rem]">
        {card.problem !== null && <Message tone="warn" className="mb-3">{fill(words.card_problem, { problem: card.problem })}</Message>}
        {card.text.trim() === '' ? <p className="text-xs text-ink-faint">{words.no_card}</p> : <Markdown text={card.text} />}
      </div>
    </div>
  )
}

function Field({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="flex h-6 items-center text-xs font-medium text-ink-soft">{label}</label>
      {children(id)}
    </div>
  )
}

/** A branch, tag or commit; asked for when the field is left, or at Enter. */
function Revision({ hub, value, onChange }: { hub: HubChoice['hub']; value: string | null; onChange: (revision: string | null) => void }) {
  const { t } = useLocale()
  const [text, setText] = useState(value ?? '')
  const valid = text === '' || revisionSchema.safeParse(text).success
  const take = () => valid && onChange(text === '' ? null : text)
  return (
    <Field label={t.ui.hub.revision}>
      {(id) => (
        <TextInput
          id={id}
          value={text}
          placeholder={hubs[hub].revision}
          invalid={!valid}
          onChange={(event) => setText(event.target.value.trim())}
          onBlur={take}
          onKeyDown={(event) => event.key === 'Enter' && take()}
        />
      )}
    </Field>
  )
}
