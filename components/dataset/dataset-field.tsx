'use client'
/** Choosing the datasets of the training's form. */
import { useFault } from '@/components/config/checks'
import { FieldFault, FieldLabel, FieldTools } from '@/components/config/config-field'
import { draft, setArg } from '@/components/config/draft'
import { useWords } from '@/components/config/words'
import { DatasetPicker } from '@/components/dataset/dataset-picker'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'
import { Message } from '@/components/ui/message'
import { isStage } from '@/lib/datasets/purpose'

/** Raw values of a list of names: a list from this control, a text from a file. */
export const namesOf = (raw: unknown): string[] =>
  (Array.isArray(raw) ? raw.map(String) : typeof raw === 'string' ? raw.split(',') : []).map((name) => name.trim()).filter(Boolean)

export function DatasetField({ name }: { name: 'dataset' | 'eval_dataset' }) {
  const { say } = useLocale()
  const { label } = useWords(name)
  const raw = useStore(draft, (now) => now.args[name])
  const folder = useStore(draft, (now) => now.args.dataset_dir)
  const stage = useStore(draft, (now) => isStage(now.args.stage) ? now.args.stage : 'sft')
  const fault = useFault(name)
  const { reply, again } = useCall('datasets', typeof folder === 'string' && folder !== '' ? { dataset_dir: folder } : null)
  const id = `field-${name}`
  const list = reply?.ok ? reply.value : null
  const problem = reply && !reply.ok ? reply.fault : (list?.problem ?? null)
  return (
    <div className="col-span-full min-w-0" data-field={name}>
      <div className="flex h-6 items-center gap-0.5">
        <FieldLabel id={id}>{label}</FieldLabel>
        <FieldTools name={name} id={id} changed={false} />
      </div>
      <DatasetPicker
        id={id}
        label={label}
        folder={String(folder)}
        chosen={namesOf(raw)}
        stage={stage}
        entries={list?.datasets ?? null}
        problem={problem}
        invalid={fault !== null}
        faultId={fault ? `fault-${name}` : undefined}
        preview={name === 'dataset'}
        onOpen={again}
        onChange={(next) => setArg(name, next)}
      />
      {fault ? <FieldFault name={name} /> : problem && name === 'dataset' && <Message tone="danger" role="alert" className="mt-2">{say(problem)}</Message>}
    </div>
  )
}
