'use client'
/** The exports of this board, the newest first: how far each is, what came of it, and where it lies. */
import Copy from 'lucide-react/icons/copy'
import Download from 'lucide-react/icons/download'
import { useState } from 'react'
import { call } from '@/components/call'
import { useLocale } from '@/components/locale'
import { useSocket } from '@/components/socket'
import { Button, buttonClass } from '@/components/ui/button'
import { Chip } from '@/components/ui/chip'
import { CopyButton } from '@/components/ui/copy-button'
import { Message } from '@/components/ui/message'
import { ProgressBar } from '@/components/ui/progress-bar'
import { exportFileHref, exportFolderHref } from '@/lib/downloads'
import type { Fault } from '@/lib/errors'
import type { ExportJob, Verdict } from '@/lib/export'
import { bytes, percent, shortNumber } from '@/lib/format'
import { fill } from '@/lib/messages/text'

export function JobList() {
  const { t } = useLocale()
  const { exports: jobs } = useSocket()
  if (jobs === null) return null
  if (jobs.length === 0) {
    return (
      <p className="flex items-center gap-2 text-sm text-ink-faint">
        <Copy aria-hidden className="size-4" />
        {t.ui.export.no_jobs}
      </p>
    )
  }
  return (
    <ul className="space-y-3">
      {jobs.map((job) => (
        <Job key={job.id} job={job} />
      ))}
    </ul>
  )
}

const last = (path: string): string => path.split('/').filter(Boolean).at(-1) ?? path
const tones = { running: 'accent', done: 'good', failed: 'danger', cancelled: 'plain' } as const

function Job({ job }: { job: ExportJob }) {
  const { t, say, locale } = useLocale()
  const words = t.ui.export
  const { id, folder, options, model, adapters, state } = job
  const [refused, setRefused] = useState<Fault | null>(null)
  const ask = async (name: 'export_cancel' | 'export_forget') => {
    const reply = await call(name, { id })
    setRefused(reply.ok ? null : reply.fault)
  }
  const facts = [words.formats[options.format], options.format === 'gguf' ? words.gguf_types[options.gguf_type] : null, last(model), ...adapters.map(last)]
  const fault = refused ?? state.error
  return (
    <li className="space-y-2 rounded-lg border border-line bg-surface p-3">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h2 className="min-w-0 text-sm font-medium [overflow-wrap:anywhere]">{last(folder)}</h2>
        <span role="status" className="text-xs">
          <Chip tone={tones[state.status]}>{state.status === 'running' ? words.phases[state.phase] : words.statuses[state.status]}</Chip>
          {state.status === 'running' && state.share !== null && <span className="tabular ml-1 text-ink-soft">{percent(state.share, locale)}</span>}
        </span>
        <span className="text-xs text-ink-faint">{facts.filter(Boolean).join(' · ')}</span>
      </div>
      {state.status === 'running' && <ProgressBar label={words.progress} value={state.share} tone={tones[state.status]} />}
      {fault && <Message tone="danger" role="alert">{say(fault)}</Message>}
      {state.files.length > 0 && <Result job={job} />}
      <div className="flex flex-wrap gap-2">
        {state.status === 'done' && (
          <a href={exportFolderHref(id)} download className={buttonClass('secondary', 'sm')}>
            <Download aria-hidden className="size-3.5" />
            {words.download}
          </a>
        )}
        {state.status === 'running' ? (
          <Button size="sm" intent="danger" onClick={() => ask('export_cancel')}>{words.cancel}</Button>
        ) : (
          <Button size="sm" intent="ghost" className="first:-ml-2.5" onClick={() => ask('export_forget')}>{words.forget}</Button>
        )}
      </div>
    </li>
  )
}

function Result({ job: { id, folder, state } }: { job: ExportJob }) {
  const { t, locale } = useLocale()
  return (
    <>
      <div className="flex items-center gap-2 rounded-md bg-sunken px-2 py-1">
        <code className="min-w-0 flex-1 font-mono text-2xs [overflow-wrap:anywhere]">{folder}</code>
        <CopyButton text={folder} label={t.ui.export.copy_path} done={t.ui.copied} />
      </div>
      <ul aria-label={t.ui.export.files} className="grid gap-x-6 text-xs sm:grid-cols-2">
        {state.files.map(({ name, size }) => (
          <li key={name} className="flex items-center justify-between gap-3">
            <a href={exportFileHref(id, name)} download title={fill(t.ui.run_page.files.download, { name })} className="min-w-0 truncate leading-6 text-accent underline-offset-2 hover:underline">{name}</a>
            <span className="tabular shrink-0 text-ink-faint">{bytes(size, locale)}</span>
          </li>
        ))}
      </ul>
      {state.verdict && <Verified verdict={state.verdict} />}
      {state.url && <p className="text-xs text-ink-soft [overflow-wrap:anywhere]">{fill(t.ui.export.sent, { url: state.url })}</p>}
    </>
  )
}

function Verified({ verdict: { tokens, logits, probability, agreement } }: { verdict: Verdict }) {
  const { t, locale } = useLocale()
  return <Message tone="note">{fill(t.ui.export.verified, { tokens, logits: shortNumber(logits), probability: shortNumber(probability), agreement: percent(agreement, locale) })}</Message>
}
