/** Several runs beside each other: their curves over each other, and the settings in which they differ. */
import type { Metadata } from 'next'
import { preferences } from '@/app/preferences'
import { ComparePage } from '@/components/run/compare/compare-page'

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export async function generateMetadata(): Promise<Metadata> {
  const { texts } = await preferences()
  return { title: texts.ui.compare.title }
}

export default async function RunsComparePage({ searchParams }: Props) {
  const { run } = await searchParams
  return <ComparePage ids={[run ?? []].flat()} />
}
