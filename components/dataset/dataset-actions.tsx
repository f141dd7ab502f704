'use client'
/** What can be done with a dataset: use it in Train, say what its columns mean, give it another name, take it out. */
import { DropdownMenu } from 'radix-ui'
import Ellipsis from 'lucide-react/icons/ellipsis-vertical'
import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { draft, setArgs, touch } from '@/components/config/draft'
import { useLocale } from '@/components/locale'
import { Button, buttonClass } from '@/components/ui/button'
import { menuItem, menuPanel } from '@/components/ui/menu'
import type { DatasetEntry } from '@/lib/api'
import { fill } from '@/lib/messages/text'

const MappingDialog = dynamic(() => import('@/components/dataset/mapping-dialog').then((module) => module.MappingDialog), { ssr: false })
const RenameDialog = dynamic(() => import('@/components/dataset/rename-dialog').then((module) => module.RenameDialog), { ssr: false })
const RemoveDialog = dynamic(() => import('@/components/dataset/remove-dialog').then((module) => module.RemoveDialog), { ssr: false })

interface DatasetActionsProps {
  folder: string
  entry: DatasetEntry
  usable: boolean
  taken: readonly DatasetEntry[]
  onChange: () => void
}

/** Into the form: beside its other datasets where the folder is the same, in their place where it is not. */
function takeIntoForm(dataset_dir: string, name: string): void {
  const { args } = draft.get()
  const chosen = args.dataset_dir === dataset_dir && Array.isArray(args.dataset) ? args.dataset.map(String) : []
  setArgs({ dataset_dir, dataset: [...new Set([...chosen, name])] })
  touch('dataset')
}

const deeds = ['map', 'rename', 'remove'] as const
type Deed = (typeof deeds)[number]

export function DatasetActions({ folder, entry, usable, taken, onChange }: DatasetActionsProps) {
  const { t } = useLocale()
  const words = t.ui.datasets
  const router = useRouter()
  const [doing, setDoing] = useState<Deed | null>(null)
  const close = () => setDoing(null)
  const names = { folder, entry, onClose: close, onDone: onChange }
  const use = () => {
    takeIntoForm(folder, entry.name)
    router.push('/')
  }
  return (
    <>
      {usable && (
        <Button size="sm" aria-label={fill(words.use_named, { name: entry.name })} onClick={use}>
          {words.use}
        </Button>
      )}
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger aria-label={fill(words.more, { name: entry.name })} className={buttonClass('ghost', 'sm', 'px-1.5!')}>
          <Ellipsis aria-hidden className="size-4" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal container={typeof document === 'undefined' ? null : document.getElementById('main')}>
          <DropdownMenu.Content align="end" sideOffset={4} className={menuPanel}>
            {deeds.filter((deed) => deed !== 'map' || entry.path !== null).map((deed) => (
              <DropdownMenu.Item key={deed} onSelect={() => setDoing(deed)} className={menuItem}>
                {words[deed]}
              </DropdownMenu.Item>
            ))}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {doing === 'map' && <MappingDialog subject={{ dataset_dir: folder, dataset: entry.name }} onClose={close} onDone={onChange} />}
      {doing === 'rename' && <RenameDialog {...names} taken={taken} />}
      {doing === 'remove' && <RemoveDialog {...names} />}
    </>
  )
}
