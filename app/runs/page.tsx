/** Runs: all runs on disk, from wherever they were started. */
import { RunList } from '@/components/run/run-list'

export const metadata = { title: 'Runs' }

export default function RunsPage() {
  return <RunList />
}
