'use client'
/** A hub's model before and while it is fetched: how large it is, whether there is room, whether it will run here, and how far it is. */
import ExternalLink from 'lucide-react/icons/external-link'
import type { ReactNode } from 'react'
import { HubFetch } from '@/components/hub/hub-fetch'
import { HubRefusal } from '@/components/hub/hub-refusal'
import { useLocale } from '@/components/locale'
import { useCall } from '@/components/use-call'
import { Dialog } from '@/components/ui/dialog'
import { Message } from '@/components/ui/message'
import { bytes } from '@/lib/format'
import type { ModelCard } from '@/lib/hub/download'
import { hubs } from '@/lib/hub/hub'
import type { ModelRef } from '@/lib/hub/ref'
import { fill } from '@/lib/messages/text'

export function ModelDialog({ wanted, onClose }: { wanted: ModelRef; onClose: () => void }) {
  const { t } = useLocale()
  const words = t.ui.model
  const { reply, again } = useCall('hub_model', wanted)
  return (
    <Dialog open onOpenChange={onClose} title={fill(words.download_title, { id: wanted.model })} description={words.download_help} closeLabel={t.ui.close}>
      <div className="space-y-3 overflow-y-auto p-4">
        {!reply && <p role="status" className="h-24 text-xs text-ink-faint">{fill(t.ui.hub.asking, { hub: hubs[wanted.hub].title })}</p>}
        {reply && !reply.ok && <HubRefusal hub={wanted.hub} fault={reply.fault} onToken={again} />}
        {reply?.ok && (
          <>
            <Facts wanted={wanted} card={reply.value} />
            <HubFetch wanted={wanted} next={words.use_fetched} onNext={onClose} />
          </>
        )}
      </div>
    </Dialog>
  )
}

function Facts({ wanted, card }: { wanted: ModelRef; card: ModelCard }) {
  const { t, locale, say } = useLocale()
  const words = t.ui.model
  const size = (value: number) => bytes(value, locale)
  const missing = card.bytes - card.here
  return (
    <>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
        <Fact name={words.source}>
          <a href={card.page} target="_blank" rel="noreferrer noopener" className="inline-flex items-center gap-1 text-accent underline underline-offset-2">
            {hubs[wanted.hub].title}
            <ExternalLink aria-hidden className="size-3" />
          </a>
        </Fact>
        <Fact name={words.size}>{fill(t.ui.hub.size, { count: card.files, size: size(card.bytes) })}</Fact>
        {card.here > 0 && <Fact name={words.already_here}>{size(card.here)}</Fact>}
        <Fact name={words.free}>{fill(words.free_at, { free: size(card.free), place: card.place })}</Fact>
        <Fact name={words.architecture}>{card.architecture ?? words.architecture_unknown}</Fact>
      </dl>
      {missing > card.free && (
        <Message tone="danger" role="alert">{say({ code: 'hub_no_space', values: { id: wanted.model, path: card.place, needed: size(missing), available: size(card.free) } })}</Message>
      )}
      {card.family === null && <Message tone="warn">{words.not_run_here}</Message>}
    </>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt className="text-ink-faint">{name}</dt>
    <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
  </>
)
