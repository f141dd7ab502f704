/** Runs: all runs on disk, from wherever they were started. */
import type { Metadata } from 'next'
import { preferences } from '@/app/preferences'
import { RunList } from '@/components/run/list/run-list'

export async function generateMetadata(): Promise<Metadata> {
  const { texts } = await preferences()
  return { title: texts.ui.frame.tabs.runs }
}

export default function RunsPage() {
  return <RunList />
}
