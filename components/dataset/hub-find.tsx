'use client'
/** Which dataset of which hub: typed as a name, pasted as an address, searched for by words, or taken from the well-known ones. */
import ChevronRight from 'lucide-react/icons/chevron-right'
import Search from 'lucide-react/icons/search'
import { useState, type ReactNode } from 'react'
import type { HubChoice } from '@/components/dataset/hub-choice'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Message } from '@/components/ui/message'
import { Select } from '@/components/ui/select'
import { TextInput } from '@/components/ui/text-input'
import { useCall } from '@/components/use-call'
import { compact } from '@/lib/format'
import { hubNames, hubs, type HubName } from '@/lib/hub/hub'
import { knownById, knownDatasets } from '@/lib/hub/known'
import { readId } from '@/lib/hub/ref'
import { fill } from '@/lib/messages/text'

interface HubFindProps {
  hub: HubName
  text: string
  onHub: (hub: HubName) => void
  onText: (text: string) => void
  onChoose: (choice: HubChoice) => void
}

/** The dataset that a text names by itself: `owner/name` or an address; words name none. */
function named(text: string, hub: HubName): { hub: HubName; id: string } | null {
  if (!text.includes('/')) return null
  try {
    const { id, hub: own } = readId(text)
    return { id, hub: own ?? hub }
  } catch {
    return null // still being typed
  }
}

export function HubFind({ hub, text, onHub, onText, onChoose }: HubFindProps) {
  const { t, say, locale } = useLocale()
  const words = t.ui.hub
  const [asked, setAsked] = useState<string | null>(null)
  const { reply } = useCall('hub_search', asked === null ? null : { hub, words: asked })
  const direct = named(text, hub)
  const choose = (choice: { hub: HubName; id: string }) => onChoose({ ...choice, known: knownById(choice.hub, choice.id) })
  const typed = text.trim().toLowerCase()
  const known = knownDatasets.flatMap((dataset) => {
    const ref = dataset.refs[hub]
    return ref && `${dataset.name} ${ref.id}`.toLowerCase().includes(typed) ? [{ dataset, ref }] : []
  })
  return (
    <div className="flex min-h-0 flex-col">
      <form
        className="grid shrink-0 grid-cols-[minmax(0,1fr)_auto] gap-2 border-b border-line p-3 sm:grid-cols-[10rem_minmax(0,1fr)_auto]"
        onSubmit={(event) => {
          event.preventDefault()
          if (direct) choose(direct)
          else if (typed !== '') setAsked(text.trim())
        }}
      >
        <div className="max-sm:col-span-2">
          <Select label={words.hub} value={hub} options={hubNames.map((name) => ({ value: name, label: hubs[name].title }))} onChange={(next) => onHub(hubNames.find((name) => name === next) ?? hub)} />
        </div>
        <TextInput aria-label={words.find} placeholder={words.find} value={text} onChange={(event) => onText(event.target.value)} autoFocus />
        <Button type="submit" disabled={typed === ''}>
          <Search aria-hidden className="size-3.5" />
          {direct ? words.open : words.search}
        </Button>
      </form>
      <div className="h-96 min-h-0 overflow-y-auto p-1.5">
        {asked !== null && (
          <Section title={fill(words.found, { words: asked, hub: hubs[hub].title })}>
            {!reply && <li className="px-2 py-1.5 text-xs text-ink-faint">{t.ui.loading}</li>}
            {reply && !reply.ok && <li className="p-1"><Message tone="danger" role="alert">{say(reply.fault)}</Message></li>}
            {reply?.ok && reply.value.length === 0 && <li className="px-2 py-1.5 text-xs text-ink-faint">{t.ui.nothing_found}</li>}
            {reply?.ok &&
              reply.value.map(({ id, downloads, gated }) => (
                <Row key={id} name={id} detail={`${gated ? `${words.gated} · ` : ''}${fill(words.downloads, { count: compact(downloads, locale) })}`} onTake={() => choose({ hub, id })} />
              ))}
          </Section>
        )}
        <Section title={words.known}>
          {known.map(({ dataset, ref }) => (
            <Row key={dataset.name} name={ref.id} detail={dataset.name} onTake={() => onChoose({ hub, id: ref.id, known: dataset })} />
          ))}
          {known.length === 0 && <li className="px-2 py-1.5 text-xs text-ink-faint">{t.ui.nothing_found}</li>}
        </Section>
      </div>
    </div>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="px-2 pt-2 pb-1 text-xs font-medium text-ink-faint">{title}</h3>
      <ul aria-label={title}>{children}</ul>
    </section>
  )
}

function Row({ name, detail, onTake }: { name: string; detail: string; onTake: () => void }) {
  return (
    <li>
      <button type="button" className="flex w-full items-center gap-2 rounded-sm px-2 py-1.5 text-left outline-offset-[-2px] hover:bg-sunken" onClick={onTake}>
        <span className="min-w-0 flex-1 truncate">{name}</span>
        <span className="max-w-[45%] shrink-0 truncate text-2xs text-ink-faint">{detail}</span>
        <ChevronRight aria-hidden className="size-3.5 shrink-0 text-ink-faint" />
      </button>
    </li>
  )
}
