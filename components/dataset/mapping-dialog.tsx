'use client'
/** A file on its way to become a dataset, or a dataset whose columns are read in another way: the mapping beside the rows that it makes. */
import { useState } from 'react'
import { call } from '@/components/call'
import { useFolders, useOwnFolder } from '@/components/dataset/folders'
import { MappingExample } from '@/components/dataset/mapping-example'
import { MappingForm } from '@/components/dataset/mapping-form'
import { MappingPlace, type Place } from '@/components/dataset/mapping-place'
import { useLocale } from '@/components/locale'
import { useCall } from '@/components/use-call'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Message } from '@/components/ui/message'
import { freeName } from '@/lib/datasets/names'
import type { Mapping } from '@/lib/datasets/mapping'
import type { Fault } from '@/lib/errors'
import type { DatasetRef } from '@/lib/hub/ref'
import { fill } from '@/lib/messages/text'

/** A file or rows of a hub that are not listed yet, or a dataset. */
export type Subject = { path: string } | { hub: DatasetRef } | { dataset_dir: string; dataset: string }

/** What a subject is called before anybody names it. */
function nameOf(subject: Subject): string {
  if ('path' in subject) return subject.path.split('/').at(-1) ?? ''
  return 'hub' in subject ? (subject.hub.id.split('/').at(-1) ?? '') : subject.dataset
}

/** A name for the list; dots of a hub's names are no endings. */
const listedAs = (subject: Subject, taken: readonly string[]): string => freeName('hub' in subject ? nameOf(subject).replaceAll('.', '_') : nameOf(subject), taken)

interface MappingDialogProps {
  subject: Subject
  /** What is known of its columns already. */
  known?: Mapping
  onClose: () => void
  /** Gets the data folder that was changed. */
  onDone: (dataset_dir: string) => void
}

export function MappingDialog({ subject, known: knownMapping, onClose, onDone }: MappingDialogProps) {
  const { t, say } = useLocale()
  const words = t.ui.datasets.mapping
  const isNew = !('dataset' in subject)
  const own = useOwnFolder()
  const { known } = useFolders()
  const [folder, setFolder] = useState<string | null>(null)
  const [typed, setTyped] = useState<string | null>(null)
  const [chosen, setChosen] = useState<Mapping | null>(knownMapping ?? null)
  const [refused, setRefused] = useState<Fault | null>(null)
  const [saving, setSaving] = useState(false)
  const { reply } = useCall('examine', { ...subject, mapping: chosen })
  const dataset_dir = folder ?? own
  const { reply: listed } = useCall('datasets', isNew ? { dataset_dir } : null)
  const taken = listed?.ok ? listed.value.datasets.map(({ name }) => name) : []
  const found = reply?.ok ? reply.value : null
  const mapping = chosen ?? found?.mapping ?? null
  const place: Place = { dataset_dir, name: typed ?? ('dataset' in subject ? subject.dataset : listedAs(subject, taken)) }
  const nameFault: Fault | null = typed !== null && taken.includes(typed) ? { code: 'dataset_name_taken', values: { name: typed, path: dataset_dir } } : null
  const save = async () => {
    if (!mapping) return
    setSaving(true)
    const request = { dataset_dir: place.dataset_dir, dataset: place.name, mapping }
    const answer = 'dataset' in subject ? await call('dataset_map', { ...subject, mapping }) : await call('dataset_add', { ...request, ...subject })
    setSaving(false)
    if (!answer.ok) return setRefused(answer.fault)
    onDone('dataset' in subject ? subject.dataset_dir : dataset_dir)
    onClose()
  }
  const name = nameOf(subject)
  return (
    <Dialog open onOpenChange={onClose} title={fill(isNew ? words.add_title : words.edit_title, { name })} description={words.help} closeLabel={t.ui.close} wide="extra">
      {reply && !reply.ok && <Message tone="danger" role="alert" className="m-4">{say(reply.fault)}</Message>}
      {!reply && <p className="h-40 p-4 text-xs text-ink-faint">{t.ui.loading}</p>}
      {found && mapping && (
        <div className="grid min-h-0 grid-cols-1 overflow-y-auto md:grid-cols-[22rem_minmax(0,1fr)] md:overflow-hidden">
          <div className="min-h-0 space-y-4 p-4 md:overflow-y-auto md:border-r md:border-line">
            {isNew && (
              <MappingPlace
                place={place}
                known={known}
                fault={nameFault ?? refused}
                onChange={(next) => {
                  setRefused(null)
                  setFolder(next.dataset_dir)
                  setTyped(next.name)
                }}
              />
            )}
            <MappingForm found={found} mapping={mapping} onChange={setChosen} />
          </div>
          <MappingExample rows={found.rows} />
        </div>
      )}
      <footer className="flex shrink-0 items-center justify-end gap-2 border-t border-line px-4 py-2.5">
        {refused && !isNew && <p role="alert" className="mr-auto text-xs text-danger">{say(refused)}</p>}
        <Button onClick={onClose}>{t.ui.cancel}</Button>
        <Button intent="primary" disabled={!mapping || !found || saving || nameFault !== null} onClick={save}>
          {isNew ? words.add : words.save}
        </Button>
      </footer>
    </Dialog>
  )
}
