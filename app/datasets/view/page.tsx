/** One dataset: its rows as conversations and as the tokens that a training sees. */
import type { Metadata } from 'next'
import { preferences } from '@/app/preferences'
import { DatasetView } from '@/components/dataset/view/dataset-view'
import { fill } from '@/lib/messages/text'

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

const text = (value: string | string[] | undefined): string => [value].flat()[0] ?? ''

export async function generateMetadata({ searchParams }: Props): Promise<Metadata> {
  const [{ texts }, { name }] = await Promise.all([preferences(), searchParams])
  return { title: fill(texts.ui.view.title, { name: text(name) }) }
}

export default async function DatasetPage({ searchParams }: Props) {
  const { dir, name, row } = await searchParams
  const first = Number.parseInt(text(row), 10)
  return <DatasetView key={`${text(dir)}\n${text(name)}`} dir={text(dir) || 'data'} name={text(name)} firstRow={first >= 1 ? first : 1} />
}
