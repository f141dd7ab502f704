/** Export: a model with what it was tuned to, as files for other programs. */
import type { Metadata } from 'next'
import { preferences } from '@/app/preferences'
import { ExportScreen } from '@/components/export/export-screen'

export async function generateMetadata(): Promise<Metadata> {
  const { texts } = await preferences()
  return { title: texts.ui.frame.tabs.export }
}

export default function ExportPage() {
  return <ExportScreen />
}
