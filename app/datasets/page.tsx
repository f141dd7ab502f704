/** Datasets: what the data folders hold, and how new ones come in. */
import type { Metadata } from 'next'
import { preferences } from '@/app/preferences'
import { DatasetsScreen } from '@/components/dataset/datasets-screen'

export async function generateMetadata(): Promise<Metadata> {
  const { texts } = await preferences()
  return { title: texts.ui.frame.tabs.datasets }
}

export default function DatasetsPage() {
  return <DatasetsScreen />
}
