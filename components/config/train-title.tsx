'use client'
/** The screen's heading, for those who hear the page instead of seeing it. */
import { useLocale } from '@/components/locale'

export function TrainTitle() {
  const { t } = useLocale()
  return <h1 className="sr-only">{t.ui.frame.tabs.train}</h1>
}
