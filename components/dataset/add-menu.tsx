'use client'
/** The ways in which a dataset comes to the board. Each ends in the form that says what its columns mean. */
import { DropdownMenu } from 'radix-ui'
import FolderOpen from 'lucide-react/icons/folder-open'
import Plus from 'lucide-react/icons/plus'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { useLocale } from '@/components/locale'
import { buttonClass } from '@/components/ui/button'
import { menuItem, menuPanel } from '@/components/ui/menu'
import { fileTypes } from '@/lib/datasets/info'

const BrowseDialog = dynamic(() => import('@/components/files/browse-dialog').then((module) => module.BrowseDialog), { ssr: false })
const MappingDialog = dynamic(() => import('@/components/dataset/mapping-dialog').then((module) => module.MappingDialog), { ssr: false })

/** `onAdded` gets the data folder that the new dataset is listed in. */
export function AddMenu({ onAdded }: { onAdded: (dataset_dir: string) => void }) {
  const { t } = useLocale()
  const words = t.ui.datasets
  const [browsing, setBrowsing] = useState(false)
  const [path, setPath] = useState<string | null>(null)
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className={buttonClass('primary')}>
          <Plus aria-hidden className="size-4" />
          {words.add}
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content align="end" sideOffset={4} className={menuPanel}>
            <DropdownMenu.Item className={menuItem} onSelect={() => setBrowsing(true)}>
              <FolderOpen aria-hidden className="size-4 text-ink-faint" />
              {words.add_path}
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {browsing && (
        <BrowseDialog
          title={words.path_title}
          help={words.path_help}
          use={words.use_file}
          accepts={({ kind, name }) => kind === 'file' && fileTypes[/\.([^.]+)$/.exec(name)?.[1].toLowerCase() ?? ''] === true}
          useFolder={words.use_folder}
          onTake={(entry) => setPath(entry.path)}
          onClose={() => setBrowsing(false)}
        />
      )}
      {path !== null && <MappingDialog subject={{ path }} onClose={() => setPath(null)} onDone={onAdded} />}
    </>
  )
}
