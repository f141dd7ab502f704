'use client'
/** Asks before the shortcut stops a run: a key is pressed more easily by mistake than a button. Another window's run is asked about by its button itself. */
import { useEffect } from 'react'
import { useLocale } from '@/components/locale'
import { Confirm } from '@/components/ui/confirm'
import { fill } from '@/lib/messages/text'

export function StopQuestion({ button, onClose }: { button: HTMLElement; onClose: () => void }) {
  const { t } = useLocale()
  const asks = button.dataset.asks === 'true'
  useEffect(() => {
    if (!asks) return
    button.click()
    onClose()
  }, [asks, button, onClose])
  if (asks) return null
  return (
    <Confirm
      open
      onOpenChange={onClose}
      title={fill(t.ui.shortcuts.stop_title, { name: button.dataset.run ?? '' })}
      body={t.ui.shortcuts.stop_body}
      action={t.ui.run.stop}
      cancel={t.ui.cancel}
      onConfirm={() => button.click()}
    />
  )
}
