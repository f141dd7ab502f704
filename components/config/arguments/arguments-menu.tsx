'use client'
/** Presets, files and saved arguments for the whole form; a file dropped on the page counts too. Its dialogs load when they are asked for. */
import { DropdownMenu } from 'radix-ui'
import FileDown from 'lucide-react/icons/file-down'
import FileUp from 'lucide-react/icons/file-up'
import FolderHeart from 'lucide-react/icons/folder-heart'
import SlidersVertical from 'lucide-react/icons/sliders-vertical'
import Sparkles from 'lucide-react/icons/sparkles'
import dynamic from 'next/dynamic'
import { useEffect, useRef, useState } from 'react'
import { useBoard } from '@/components/board'
import type { Offer } from '@/components/config/arguments/proposals'
import { draft, modelFolder } from '@/components/config/draft'
import { useLocale } from '@/components/locale'
import { buttonClass } from '@/components/ui/button'
import { menuItem, menuPanel } from '@/components/ui/menu'
import { presetNames, type PresetName } from '@/lib/config/presets'
import type { Runtime } from '@/lib/runtime'

const ProposalDialog = dynamic(() => import('@/components/config/arguments/proposal-dialog').then((module) => module.ProposalDialog), { ssr: false })
const SavedDialog = dynamic(() => import('@/components/config/arguments/saved-dialog').then((module) => module.SavedDialog), { ssr: false })

const proposals = () => import('@/components/config/arguments/proposals')

async function exportFile(runtime: Runtime | null): Promise<void> {
  const [{ download }, { exportedYaml }] = await Promise.all([import('@/components/config/arguments/download'), import('@/components/config/arguments/draft-yaml')])
  download(`${modelFolder(draft.get()) ?? 'model'}_${String(draft.get().args.stage)}.yaml`, exportedYaml(runtime))
}

export function ArgumentsMenu() {
  const { t } = useLocale()
  const runtime = useBoard()?.runtime ?? null
  const words = t.ui.form
  const [offer, setOffer] = useState<Offer | null>(null)
  const [saved, setSaved] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const takeFile = async (file: File | undefined) => file && setOffer(await (await proposals()).fromFile(file))
  const takePreset = async (name: PresetName) => setOffer(await (await proposals()).fromPreset(name, words.presets[name].label))
  useDroppedFile((file) => void takeFile(file))
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger aria-label={words.arguments} title={words.arguments} className={buttonClass('secondary', 'icon')}>
          <SlidersVertical aria-hidden className="size-4" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Content align="end" sideOffset={4} collisionPadding={8} className={`${menuPanel} max-w-80 text-sm`}>
          <DropdownMenu.Label className="px-2 pt-1.5 pb-1 text-2xs text-ink-faint">{words.presets_title}</DropdownMenu.Label>
          {presetNames.map((name) => (
            <DropdownMenu.Item key={name} className={menuItem} onSelect={() => void takePreset(name)}>
              <Sparkles aria-hidden className="size-4 shrink-0 text-ink-faint" />
              <span>
                {words.presets[name].label}
                <span className="block text-2xs text-ink-faint">{words.presets[name].help}</span>
              </span>
            </DropdownMenu.Item>
          ))}
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <DropdownMenu.Item className={menuItem} onSelect={() => input.current?.click()}>
            <FileUp aria-hidden className="size-4 shrink-0 text-ink-faint" />
            {words.import}
          </DropdownMenu.Item>
          <DropdownMenu.Item className={menuItem} onSelect={() => void exportFile(runtime)}>
            <FileDown aria-hidden className="size-4 shrink-0 text-ink-faint" />
            {words.export}
          </DropdownMenu.Item>
          <DropdownMenu.Item className={menuItem} onSelect={() => setSaved(true)}>
            <FolderHeart aria-hidden className="size-4 shrink-0 text-ink-faint" />
            {words.saved}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Root>
      <input
        ref={input}
        type="file"
        accept=".yaml,.yml,.json"
        hidden
        aria-label={words.import}
        onChange={(event) => {
          void takeFile(event.target.files?.[0])
          event.target.value = '' // the same file may be chosen again
        }}
      />
      {saved && (
        <SavedDialog
          onOffer={(next) => {
            setSaved(false)
            setOffer(next)
          }}
          onClose={() => setSaved(false)}
        />
      )}
      {offer && <ProposalDialog offer={offer} onClose={() => setOffer(null)} />}
    </>
  )
}

/** Hands on a file that is dropped anywhere on the page. */
function useDroppedFile(take: (file: File) => void): void {
  const taking = useRef(take)
  taking.current = take
  useEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const over = (event: DragEvent) => holdsFiles(event) && event.preventDefault()
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return
      event.preventDefault()
      const file = event.dataTransfer?.files[0]
      if (file) taking.current(file)
    }
    window.addEventListener('dragover', over)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragover', over)
      window.removeEventListener('drop', drop)
    }
  }, [])
}
