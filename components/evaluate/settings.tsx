'use client'
/** What is evaluated and how: data, passes, sampling, the place of the results; the command, and Start. The model stands in the bar above. */
import Play from 'lucide-react/icons/play'
import SquareTerminal from 'lucide-react/icons/square-terminal'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { useWords } from '@/components/config/words'
import { AdapterField } from '@/components/evaluate/adapter-field'
import { EvaluateData } from '@/components/evaluate/data-fields'
import { evaluateId, Flag, Frame, Help, NumberField, useFault } from '@/components/evaluate/field'
import { checked, form, launch, outputFolder, setForm, setValue, useForm } from '@/components/evaluate/form'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { draft } from '@/components/config/draft'
import { Button } from '@/components/ui/button'
import { Message } from '@/components/ui/message'
import { TextInput } from '@/components/ui/text-input'
import { answerKeys, evaluateFirst } from '@/lib/config/evaluate-page'
import type { Fault } from '@/lib/errors'
import { count } from '@/lib/format'
import { fill } from '@/lib/messages/text'

const CommandDialog = dynamic(() => import('@/components/evaluate/command-dialog').then((module) => module.EvaluateCommand), { ssr: false })

export function EvaluateSettings() {
  useForm()
  const { t } = useLocale()
  const words = t.ui.evaluate
  const { do_eval, do_predict } = useStore(form, (now) => now.values)
  const { adapters, compare_base } = useStore(form, (now) => now)
  return (
    <section aria-label={words.settings} className="flex min-h-0 flex-col bg-surface xl:border-r xl:border-line">
      <h1 className="shrink-0 px-4 pt-4 pb-1 text-lg font-semibold tracking-tight">{words.title}</h1>
      <div className="min-h-0 flex-1 px-4 pb-5 xl:overflow-y-auto">
        <div className="grid grid-cols-2 gap-x-4 gap-y-3">
          <AdapterField />
          <EvaluateData />
          <NumberField name="cutoff_len" />
          <NumberField name="max_samples" />
          <NumberField name="per_device_eval_batch_size" />
          <Flag name="do_eval" label={words.loss} help={words.loss_help} checked={do_eval === true} onChange={(next) => setValue('do_eval', next)} />
          <Flag name="do_predict" label={words.predict} help={words.predict_help} checked={do_predict === true} onChange={(next) => setValue('do_predict', next)} />
        </div>
        {do_predict === true && (
          <div role="group" aria-labelledby="evaluate-sampling" className="mt-3 grid grid-cols-2 gap-x-4 gap-y-3 border-t border-line pt-3">
            <h2 id="evaluate-sampling" className="col-span-full text-sm font-semibold">{words.sampling}</h2>
            <Sampling />
            {answerKeys.map((key) => <NumberField key={key} name={key} />)}
            <Flag name="compare_base" label={words.compare_base} help={words.compare_base_help} checked={compare_base && adapters.length > 0} disabled={adapters.length === 0} onChange={(next) => setForm({ compare_base: next })} />
          </div>
        )}
        <div className="mt-3 grid grid-cols-2 gap-x-4 border-t border-line pt-3">
          <Output />
        </div>
      </div>
      <Launch />
    </section>
  )
}

function Sampling() {
  const { label, help } = useWords('do_sample')
  const on = useStore(form, ({ values }) => values.do_sample === true)
  return <Flag name="do_sample" label={label} help={help} checked={on} onChange={(next) => setValue('do_sample', next)} />
}

function Output() {
  const { t } = useLocale()
  const { label } = useWords('output_dir')
  const { help } = useWords('run_name')
  const name = useStore(form, (now) => now.run_name)
  useStore(draft, (now) => now)
  const fault = useFault('output_dir')
  const folder = `${outputFolder()}/`
  return (
    <Frame name="output_dir" label={label} tools={<Help id={evaluateId('output_dir')} help={help} name="output_dir" />} wide>
      <div className="flex items-center gap-1.5">
        <span className="max-w-[50%] shrink-0 truncate font-mono text-2xs text-ink-faint" title={folder}>{folder}</span>
        <TextInput
          id={evaluateId('output_dir')}
          value={name}
          placeholder={t.ui.train.run_name.replace('train_', 'eval_')}
          invalid={fault !== null}
          describedBy={fault ? `${evaluateId('output_dir')}-fault` : undefined}
          onChange={(event) => setForm({ run_name: event.target.value })}
        />
      </div>
    </Frame>
  )
}

/** Settings that stand in this form: their faults are shown there. */
const ownFields: ReadonlySet<string> = new Set([...Object.keys(evaluateFirst), 'output_dir', 'adapter_name_or_path'])

function Launch() {
  const { t, say, locale } = useLocale()
  const words = t.ui.evaluate
  const { faults, plan, attempted } = useStore(checked, (now) => now)
  const [fault, setFault] = useState<Fault | null>(null)
  const [busy, setBusy] = useState(false)
  const [showing, setShowing] = useState(false)
  const shown = faults.filter(({ code }) => attempted || !['missing_key', 'no_data_for_eval', 'nothing_to_do'].includes(code))
  const loose = [...shown.filter(({ field }) => field === undefined || !ownFields.has(field)), ...(fault ? [fault] : [])]
  const start = async () => {
    setBusy(true)
    setFault(await launch())
    setBusy(false)
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-field] [aria-invalid="true"]')?.focus())
  }
  return (
    <div className="flex shrink-0 flex-col gap-2 border-t border-line px-4 py-3">
      {loose.map((item) => (
        <Message key={`${item.code}-${item.field}`} tone="danger" role="alert">{say(item)}</Message>
      ))}
      <p className="tabular h-5 truncate text-xs text-ink-faint">
        {shown.length > loose.length ? fill(words.faults, { count: shown.length - loose.length }) : plan ? fill(words.plan, { rows: count(plan.examples, locale) }) : words.plan_hint}
      </p>
      <div className="flex gap-2">
        <Button onClick={() => setShowing(true)}>
          <SquareTerminal aria-hidden className="size-4" />
          {words.preview_command}
        </Button>
        <Button intent="primary" data-shortcut="start" className="flex-1" disabled={busy} aria-busy={busy} onClick={start}>
          <Play aria-hidden className="size-3.5 fill-current" />
          {busy ? words.starting : words.start}
        </Button>
      </div>
      {showing && <CommandDialog onClose={() => setShowing(false)} />}
    </div>
  )
}
