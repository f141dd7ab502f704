'use client'
/** What stands in a screen's place when its code fails: what happened, and a way to try again; the frame stays. */
import { useLocale } from '@/components/locale'
import { internalFault } from '@/lib/causes'
import { Button } from '@/components/ui/button'
import { Message } from '@/components/ui/message'

export default function ScreenError({ error, reset }: { error: Error; reset: () => void }) {
  const { t, say } = useLocale()
  return (
    <div className="m-auto flex max-w-lg flex-col items-start gap-3 p-6">
      <Message tone="danger" role="alert">
        {say(internalFault(error))}
      </Message>
      <Button onClick={reset}>{t.ui.try_again}</Button>
    </div>
  )
}
