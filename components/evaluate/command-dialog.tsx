'use client'
/** The evaluation as commands and as a file. */
import { useMemo } from 'react'
import { CommandTexts } from '@/components/config/command-texts'
import { FaultList } from '@/components/config/fault-list'
import { form, toArgs } from '@/components/evaluate/form'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { Dialog } from '@/components/ui/dialog'
import { parseArgs } from '@/lib/config/schema'

export function EvaluateCommand({ onClose }: { onClose: () => void }) {
  const { t } = useLocale()
  const now = useStore(form, (value) => value)
  const parsed = useMemo(() => parseArgs(toArgs(now)), [now])
  const help = [t.ui.train.preview_help, ...(now.compare_base && now.adapters.length > 0 ? [t.ui.evaluate.preview_base] : [])].join(' ')
  return (
    <Dialog open onOpenChange={onClose} title={t.ui.evaluate.preview_command} description={help} closeLabel={t.ui.close} wide>
      {parsed.ok ? <CommandTexts args={parsed.args} label={t.ui.evaluate.preview_command} /> : <FaultList faults={parsed.faults} />}
    </Dialog>
  )
}
