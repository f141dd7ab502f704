'use client'
/** Says when the server is not reachable; silent while all is well. */
import Unplug from 'lucide-react/icons/unplug'
import { useLocale } from '@/components/locale'
import { useSocket } from '@/components/socket'

export function Connection() {
  const { t } = useLocale()
  const { connected, tried } = useSocket()
  const lost = tried && !connected
  return (
    <span role="status" className="text-xs">
      {lost && (
        <span className="inline-flex items-center gap-1.5 rounded-full bg-warn-soft px-2.5 py-1 font-medium text-warn">
          <Unplug aria-hidden className="size-3.5" />
          <span className="max-sm:sr-only">{t.ui.frame.disconnected}</span>
        </span>
      )}
    </span>
  )
}
