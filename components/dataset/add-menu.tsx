'use client'
/** The ways in which a dataset comes to the board. */
import { DropdownMenu } from 'radix-ui'
import CloudDownload from 'lucide-react/icons/cloud-download'
import FolderOpen from 'lucide-react/icons/folder-open'
import Plus from 'lucide-react/icons/plus'
import UploadIcon from 'lucide-react/icons/upload'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import type { Subject } from '@/components/dataset/mapping-dialog'
import { useLocale } from '@/components/locale'
import { buttonClass } from '@/components/ui/button'
import { menuItem, menuPanel } from '@/components/ui/menu'
import { fileTypeOf } from '@/lib/datasets/info'
import type { Mapping } from '@/lib/datasets/mapping'

const BrowseDialog = dynamic(() => import('@/components/files/browse-dialog').then((module) => module.BrowseDialog), { ssr: false })
const HubDialog = dynamic(() => import('@/components/dataset/hub-dialog').then((module) => module.HubDialog), { ssr: false })

interface AddMenuProps {
  /** Opens the dialog that chooses files to upload. */
  onChoose: () => void
  /** Takes a file of the server, or rows of a hub, up as a dataset; with the mapping, where it is known already. */
  onTake: (subject: Subject, known?: Mapping) => void
}

export function AddMenu({ onChoose, onTake }: AddMenuProps) {
  const { t } = useLocale()
  const words = t.ui.datasets
  const [browsing, setBrowsing] = useState(false)
  const [asking, setAsking] = useState(false)
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className={buttonClass('primary')}>
          <Plus aria-hidden className="size-4" />
          {words.add}
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal container={typeof document === 'undefined' ? null : document.getElementById('main')}>
          <DropdownMenu.Content align="end" sideOffset={4} className={menuPanel}>
            <DropdownMenu.Item className={menuItem} onSelect={onChoose}>
              <UploadIcon aria-hidden className="size-4 text-ink-faint" />
              {words.add_upload}
            </DropdownMenu.Item>
            <DropdownMenu.Item className={menuItem} onSelect={() => setBrowsing(true)}>
              <FolderOpen aria-hidden className="size-4 text-ink-faint" />
              {words.add_path}
            </DropdownMenu.Item>
            <DropdownMenu.Item className={menuItem} onSelect={() => setAsking(true)}>
              <CloudDownload aria-hidden className="size-4 text-ink-faint" />
              {words.add_hub}
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {browsing && (
        <BrowseDialog
          title={words.path_title}
          help={words.path_help}
          use={words.use_file}
          accepts={({ kind, name }) => kind === 'file' && fileTypeOf(name).type !== null}
          useFolder={words.use_folder}
          onTake={({ path }) => onTake({ path })}
          onClose={() => setBrowsing(false)}
        />
      )}
      {asking && (
        <HubDialog
          onClose={() => setAsking(false)}
          onFetched={(hub, known) => {
            setAsking(false)
            onTake({ hub }, known)
          }}
        />
      )}
    </>
  )
}
