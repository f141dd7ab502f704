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
import { fill } from '@/lib/messages/text'

/** A file that is not listed yet, or a dataset. */
export type Subject = { path: string } | { dataset_dir: string; dataset: string }

interface MappingDialogProps {
  subject: Subject
  onClose: () => void
  /** Gets the data folder that was changed. */
  onDone: (dataset_dir: string) => void
}

export function MappingDialog({ subject, onClose, onDone }: MappingDialogProps) {
  const { t, say } = useLocale()
  const words = t.ui.datasets.mapping
  const own = useOwnFolder()
  const { known } = useFolders()
  const [folder, setFolder] = useState<string | null>(null)
  const [typed, setTyped] = useState<string | null>(null)
  const [chosen, setChosen] = useState<Mapping | null>(null)
  const [refused, setRefused] = useState<Fault | null>(null)
  const [saving, setSaving] = useState(false)
  const { reply } = useCall('examine', { ...subject, mapping: chosen })
  const dataset_dir = folder ?? own
  const { reply: listed } = useCall('datasets', 'path' in subject ? { dataset_dir } : null)
  const taken = listed?.ok ? listed.value.datasets.map(({ name }) => name) : []
  const found = reply?.ok ? reply.value : null
  const mapping = chosen ?? found?.mapping ?? null
  const place: Place = { dataset_dir, name: typed ?? ('path' in subject ? freeName(subject.path, taken) : subject.dataset) }
  const nameFault: Fault | null = typed !== null && taken.includes(typed) ? { code: 'dataset_name_taken', values: { name: typed, path: dataset_dir } } : null
  const save = async () => {
    if (!mapping) return
    setSaving(true)
    const request = { dataset_dir: place.dataset_dir, dataset: place.name, mapping }
    const answer = 'path' in subject ? await call('dataset_add', { ...request, path: subject.path }) : await call('dataset_map', { ...subject, mapping })
    setSaving(false)
    if (!answer.ok) return setRefused(answer.fault)
    onDone('path' in subject ? dataset_dir : subject.dataset_dir)
    onClose()
  }
  const name = 'path' in subject ? (subject.path.split('/').at(-1) ?? '') : subject.dataset
  return (
    <Dialog open onOpenChange={onClose} title={fill('path' in subject ? words.add_title : words.edit_title, { name })} description={words.help} closeLabel={t.ui.close} wide="extra">
      {reply && !reply.ok && <Message tone="danger" role="alert" className="m-4">{say(reply.fault)}</Message>}
      {!reply && <p className="h-40 p-4 text-xs text-ink-faint">{t.ui.loading}</p>}
      {found && mapping && (
        <div className="grid min-h-0 grid-cols-1 overflow-y-auto md:grid-cols-[22rem_minmax(0,1fr)] md:overflow-hidden">
          <div className="min-h-0 space-y-4 p-4 md:overflow-y-auto md:border-r md:border-line">
            {'path' in subject && (
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
        {refused && !('path' in subject) && <p role="alert" className="mr-auto text-xs text-danger">{say(refused)}</p>}
        <Button onClick={onClose}>{t.ui.cancel}</Button>
        <Button intent="primary" disabled={!mapping || !found || saving || nameFault !== null} onClick={save}>
          {'path' in subject ? words.add : words.save}
        </Button>
      </footer>
    </Dialog>
  )
}
