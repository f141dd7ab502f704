'use client'
/** Ends a run whose stop hangs, after asking. Loaded only then. */
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Confirm } from '@/components/ui/confirm'

export function KillButton({ size, onConfirm }: { size: 'sm' | 'md'; onConfirm: () => void }) {
  const { t } = useLocale()
  const words = t.ui.run
  return (
    <Confirm
      trigger={<Button intent="danger" size={size}>{words.kill}</Button>}
      title={words.kill_title}
      body={words.kill_body}
      action={words.kill}
      cancel={t.ui.cancel}
      onConfirm={onConfirm}
    />
  )
}
