'use client'
/** What the model said at each save, question by question, and what it will be asked at the next. */
import { useEffect, useState } from 'react'
import { call } from '@/components/call'
import { useLocale } from '@/components/locale'
import { promptsIn } from '@/components/run/sample-prompts'
import { useCall } from '@/components/use-call'
import { Button } from '@/components/ui/button'
import { Message } from '@/components/ui/message'
import { Slider } from '@/components/ui/slider'
import type { Fault } from '@/lib/errors'
import type { RunSummary } from '@/lib/run'
import type { SavedSample } from '@/lib/run-samples'

export function SamplesPanel({ run }: { run: RunSummary }) {
  const { t, say } = useLocale()
  const { reply, again } = useCall('run_samples', { id: run.id })
  const saves = run.checkpoints.at(-1)
  useEffect(() => again(), [saves, run.status, again])
  const words = t.ui.run_page.samples
  if (reply === null) return <p className="p-4 text-ink-faint">{t.ui.loading}</p>
  if (!reply.ok) return <Message tone="danger" role="alert" className="m-4">{say(reply.fault)}</Message>
  const { prompts, samples } = reply.value
  return (
    <div className="space-y-4 p-4">
      <p className="max-w-3xl text-xs text-ink-faint">{words.help}</p>
      {!run.foreign && <Prompts key={prompts.join('\n')} run={run} prompts={prompts} onSaved={again} />}
      {samples.length > 0 ? <Samples samples={samples} /> : <p className="text-ink-soft">{prompts.length > 0 ? words.none_yet : words.none}</p>}
    </div>
  )
}

function Prompts({ run, prompts, onSaved }: { run: RunSummary; prompts: readonly string[]; onSaved: () => void }) {
  const { t, say } = useLocale()
  const words = t.ui.run_page.samples
  const [text, setText] = useState<string | null>(null)
  const [fault, setFault] = useState<Fault | null>(null)
  const save = async () => {
    const reply = await call('run_prompts', { id: run.id, prompts: promptsIn(text ?? '') })
    if (!reply.ok) return setFault(reply.fault)
    setText(null)
    onSaved()
  }
  if (text === null) {
    return (
      <div className="flex flex-wrap items-start gap-3">
        {prompts.length > 0 && (
          <div className="min-w-0 text-xs">
            <h2 className="font-medium text-ink-soft">{words.prompts}</h2>
            <ul className="mt-1 list-disc pl-4 text-ink-soft">{prompts.map((prompt) => <li key={prompt}>{prompt}</li>)}</ul>
          </div>
        )}
        <Button size="sm" onClick={() => setText(prompts.join('\n'))}>{words.change}</Button>
      </div>
    )
  }
  return (
    <div className="max-w-2xl">
      <label htmlFor="sample-prompts" className="text-xs font-medium text-ink-soft">{words.prompts}</label>
      <textarea id="sample-prompts" aria-describedby="sample-prompts-help" className="control h-24 resize-y py-1.5" value={text} onChange={(event) => setText(event.target.value)} />
      <p id="sample-prompts-help" className="mt-1 text-2xs text-ink-faint">{words.prompts_help}</p>
      {fault && <p role="alert" className="mt-1 text-xs text-danger">{say(fault)}</p>}
      <div className="mt-2 flex gap-2">
        <Button size="sm" intent="primary" onClick={() => void save()}>{words.save}</Button>
        <Button size="sm" onClick={() => setText(null)}>{t.ui.cancel}</Button>
      </div>
    </div>
  )
}

/** The answers of one save, chosen by a slider; the newest at first. */
function Samples({ samples }: { samples: readonly SavedSample[] }) {
  const { t } = useLocale()
  const words = t.ui.run_page.samples
  const [chosen, setChosen] = useState<number | null>(null)
  const place = Math.min(chosen ?? samples.length - 1, samples.length - 1)
  const { step, answers } = samples[place]
  return (
    <section>
      <div className="flex items-center gap-3">
        <h2 className="text-xs font-medium whitespace-nowrap" aria-live="polite">{words.at} {step}</h2>
        {samples.length > 1 && <Slider label={words.at} value={place} min={0} max={samples.length - 1} step={1} onChange={setChosen} className="w-full max-w-96" />}
      </div>
      <dl className="mt-3 space-y-4">
        {answers.map(({ prompt, answer, end }) => (
          <div key={prompt} className="max-w-3xl rounded-md border border-line p-3">
            <dt className="text-xs font-medium text-ink-soft [overflow-wrap:anywhere]" dir="auto">{prompt}</dt>
            <dd className="mt-1.5 text-sm whitespace-pre-wrap [overflow-wrap:anywhere]" dir="auto">
              {answer}
              {end === 'length' && <span className="ml-2 text-2xs text-ink-faint">({words.cut})</span>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
