'use client'
/** The files of a run folder, to look at and to fetch. */
import Download from 'lucide-react/icons/download'
import { useLocale } from '@/components/locale'
import { useCall } from '@/components/use-call'
import { buttonClass } from '@/components/ui/button'
import { Message } from '@/components/ui/message'
import type { RunFile } from '@/lib/api'
import { bytes, count } from '@/lib/format'
import { fill } from '@/lib/messages/text'
import { runFiles, type RunSummary } from '@/lib/run'
import { runAdapterHref, runFileHref } from '@/lib/downloads'

/** Where there is an adapter: null for the run's result, else a checkpoint's name. The result, or without one the newest checkpoint. */
function adaptersAmong(files: readonly RunFile[]): (string | null)[] {
  const places = files.map(({ path }) => path.split('/')).filter((parts) => parts.length <= 2 && parts.at(-1) === runFiles.adapterWeights)
  const checkpoints = places.flatMap(([first, ...rest]) => (rest.length > 0 ? [first] : []))
  return places.length > checkpoints.length ? [null] : checkpoints.slice(-1)
}

export function FilesPanel({ run }: { run: RunSummary }) {
  const { t, say, locale } = useLocale()
  // Asked again when the run has saved or ended.
  const { reply } = useCall('run_files', { id: run.id })
  const words = t.ui.run_page.files
  if (reply === null) return <p className="p-4 text-ink-faint">{t.ui.loading}</p>
  if (!reply.ok) return <Message tone="danger" role="alert" className="m-4">{say(reply.fault)}</Message>
  const files = reply.value
  const when = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'medium' })
  const total = files.reduce((sum, { size }) => sum + size, 0)
  return (
    <div className="p-4">
      <div className="flex flex-wrap items-center gap-2">
        <p className="mr-auto text-xs text-ink-faint">{fill(words.total, { count: count(files.length, locale), size: bytes(total, locale) })}</p>
        {adaptersAmong(files).map((checkpoint) => (
          <a key={checkpoint} href={runAdapterHref(run.id, checkpoint)} download title={words.adapter_help} className={buttonClass('secondary', 'sm')}>
            <Download aria-hidden className="size-3.5" />
            {checkpoint === null ? words.adapter : fill(words.adapter_of, { checkpoint })}
          </a>
        ))}
      </div>
      <div className="mt-2 overflow-x-auto">
        <table className="tabular w-full text-xs">
          <thead>
            <tr className="border-b border-line text-left text-2xs text-ink-faint">
              <th className="py-1.5 pr-3 font-medium">{words.name}</th>
              <th className="py-1.5 pr-3 text-right font-medium">{words.size}</th>
              <th className="py-1.5 pr-3 text-right font-medium max-sm:hidden">{words.changed}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {files.map(({ path, size, changed_at }) => (
              <tr key={path} className="border-b border-line last:border-0">
                <td className="py-1 pr-3 font-mono [overflow-wrap:anywhere]">{path}</td>
                <td className="py-1 pr-3 text-right whitespace-nowrap">{bytes(size, locale)}</td>
                <td className="py-1 pr-3 text-right whitespace-nowrap text-ink-faint max-sm:hidden">{when.format(changed_at)}</td>
                <td className="py-1 text-right">
                  <a href={runFileHref(run.id, path)} download aria-label={fill(words.download, { name: path })} title={fill(words.download, { name: path })} className={buttonClass('ghost', 'icon-sm')}>
                    <Download aria-hidden className="size-3.5" />
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}
