'use client'
/** What the page would run, as commands and as a file, for people to copy. Loaded when it is asked for. */
import { useMemo } from 'react'
import { CommandTexts } from '@/components/config/command-texts'
import { FaultList } from '@/components/config/fault-list'
import { draft, toArgs } from '@/components/config/draft'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { Dialog } from '@/components/ui/dialog'
import { parseArgs } from '@/lib/config/schema'

export function CommandDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLocale()
  const now = useStore(draft, (value) => value)
  const parsed = useMemo(() => parseArgs(toArgs(now)), [now])
  return (
    <Dialog open onOpenChange={onClose} title={t.ui.train.preview_command} description={t.ui.train.preview_help} closeLabel={t.ui.close} wide>
      {parsed.ok ? <CommandTexts args={parsed.args} label={t.ui.train.preview_command} /> : <FaultList faults={parsed.faults} />}
    </Dialog>
  )
}
