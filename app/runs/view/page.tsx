/** One run: its curves, answers, log, settings, files and machine. */
import type { Metadata } from 'next'
import { preferences } from '@/app/preferences'
import { RunPage } from '@/components/run/page/run-page'
import { fill } from '@/lib/messages/text'

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

const text = (value: string | string[] | undefined): string => [value].flat()[0] ?? ''

export async function generateMetadata({ searchParams }: Props): Promise<Metadata> {
  const [{ texts }, { run }] = await Promise.all([preferences(), searchParams])
  return { title: fill(texts.ui.run_page.title, { name: text(run).split('/').at(-1) ?? '' }) }
}

export default async function RunViewPage({ searchParams }: Props) {
  const id = text((await searchParams).run)
  return <RunPage key={id} id={id} />
}
