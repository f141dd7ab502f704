'use client'
/** The Datasets page: one data folder's datasets, searched and filtered, and the ways to add more. What one holds is shown on a page of its own. */
import dynamic from 'next/dynamic'
import { useCallback, useRef, useState } from 'react'
import { AddMenu } from '@/components/dataset/add-menu'
import { DatasetTable } from '@/components/dataset/dataset-table'
import { DropZone } from '@/components/dataset/drop-zone'
import { FolderSelect } from '@/components/dataset/folder-select'
import { showFolder, useFolders } from '@/components/dataset/folders'
import { countKey, problemOf, useCounts } from '@/components/dataset/row-counts'
import type { Subject } from '@/components/dataset/mapping-dialog'
import { UploadPanel } from '@/components/dataset/upload-panel'
import { addFiles } from '@/components/dataset/uploads'
import { useLocale } from '@/components/locale'
import { useCall } from '@/components/use-call'
import { Message } from '@/components/ui/message'
import { Select } from '@/components/ui/select'
import { TextInput } from '@/components/ui/text-input'
import type { DatasetEntry } from '@/lib/api'
import type { Mapping } from '@/lib/datasets/mapping'
import type { Fault } from '@/lib/errors'
import { fill } from '@/lib/messages/text'

const filters = {
  all: () => true,
  ready: (_, problem) => problem === null,
  problems: (_, problem) => problem !== null,
  uploads: (entry) => entry.is_upload,
  remote: (entry) => entry.remote !== null,
} as const satisfies Record<string, (entry: DatasetEntry, problem: Fault | null) => boolean>
type Filter = keyof typeof filters
const filterNames = Object.keys(filters) as Filter[]

const MappingDialog = dynamic(() => import('@/components/dataset/mapping-dialog').then((module) => module.MappingDialog), { ssr: false })

export function DatasetsScreen() {
  const { t, say } = useLocale()
  const words = t.ui.datasets
  const { shown: folder, known } = useFolders()
  const { reply, again } = useCall('datasets', { dataset_dir: folder })
  const counts = useCounts()
  const { reply: sent, again: askUploads } = useCall('uploads', {})
  const chooser = useRef<HTMLInputElement>(null)
  const [taking, setTaking] = useState<{ subject: Subject; known?: Mapping } | null>(null)
  const takePath = useCallback((path: string) => setTaking({ subject: { path } }), [])
  const [query, setQuery] = useState('')
  const [filter, setFilter] = useState<Filter>('all')
  const entries = reply?.ok ? reply.value.datasets : null
  const problem = reply && !reply.ok ? reply.fault : (reply?.ok && reply.value.problem) || null
  const fits = (entry: DatasetEntry) =>
    `${entry.name} ${entry.path ?? entry.remote ?? ''}`.toLowerCase().includes(query.trim().toLowerCase()) && filters[filter](entry, problemOf(entry, counts[countKey(folder, entry)] ?? null))
  const found = entries?.filter(fits) ?? []
  const sentFiles = sent?.ok ? sent.value : null
  const take = (files: Iterable<File>) => addFiles([...files], sentFiles?.unfinished ?? [])
  const choose = () => chooser.current?.click()
  const added = (dataset_dir: string) => {
    askUploads()
    if (dataset_dir === folder) again()
    else showFolder(dataset_dir)
  }
  const changed = () => {
    again()
    askUploads() // a removed dataset may leave its upload behind
  }
  return (
    <DropZone className="min-h-0 flex-1 xl:overflow-y-auto" onFiles={take}>
      <div className="mx-auto w-full max-w-6xl p-3 sm:p-6">
        <div className="flex flex-wrap items-center gap-3">
          <div className="min-w-0 flex-1">
            <h1 className="text-xl font-semibold tracking-tight">{words.title}</h1>
            <p className="mt-1 text-ink-faint">{entries === null ? t.ui.loading : fill(words.count, { shown: found.length, count: entries.length })}</p>
          </div>
          <AddMenu onChoose={choose} onTake={(subject, known) => setTaking({ subject, known })} />
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            aria-label={words.add_upload}
            onChange={(event) => {
              take(event.target.files ?? [])
              event.target.value = ''
            }}
          />
        </div>
        <UploadPanel list={sentFiles} onChange={askUploads} onChoose={choose} onTake={takePath} />
        <div className="mt-4 grid grid-cols-2 items-end gap-3 sm:grid-cols-[minmax(12rem,1.4fr)_minmax(10rem,1.6fr)_11rem]">
          <div className="max-sm:col-span-2">
            <FolderSelect label={words.folder} value={folder} known={known} onChange={showFolder} />
          </div>
          <TextInput aria-label={words.search} placeholder={words.search} value={query} onChange={(event) => setQuery(event.target.value)} />
          <Select label={words.filter} value={filter} options={filterNames.map((value) => ({ value, label: words.filters[value] }))} onChange={(value) => setFilter(filterNames.find((name) => name === value) ?? 'all')} />
        </div>
        {problem && <Message tone="danger" role="alert" className="mt-4">{say(problem)}</Message>}
        {entries?.length === 0 && !problem && (
          <div className="panel mt-4 p-8 text-center">
            <p className="text-base font-medium">{words.none}</p>
            <p className="mx-auto mt-1 max-w-md text-ink-soft">{words.none_body}</p>
          </div>
        )}
        {entries && entries.length > 0 && found.length === 0 && <p className="panel mt-4 p-6 text-center text-ink-faint">{t.ui.nothing_found}</p>}
        {found.length > 0 && <DatasetTable folder={folder} entries={found} taken={entries ?? []} onChange={changed} />}
      </div>
      {taking !== null && <MappingDialog {...taking} onClose={() => setTaking(null)} onDone={added} />}
    </DropZone>
  )
}
