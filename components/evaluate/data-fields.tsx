'use client'
/** The data of an evaluation: folder and datasets, with a preview. */
import { useEffect } from 'react'
import { useBoard } from '@/components/board'
import { useWords } from '@/components/config/words'
import { namesOf } from '@/components/dataset/dataset-field'
import { DatasetPicker } from '@/components/dataset/dataset-picker'
import { useFolders } from '@/components/dataset/folders'
import { evaluateId, Frame, Help, useFault } from '@/components/evaluate/field'
import { form, setValue } from '@/components/evaluate/form'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { useCall } from '@/components/use-call'
import { Combobox } from '@/components/ui/combobox'
import { Message } from '@/components/ui/message'
import { fill } from '@/lib/messages/text'

export function EvaluateData() {
  const folder = useStore(form, ({ values }) => String(values.dataset_dir ?? ''))
  return (
    <>
      <FolderField folder={folder} />
      <Datasets folder={folder} />
    </>
  )
}

function FolderField({ folder }: { folder: string }) {
  const { t } = useLocale()
  const { label, help } = useWords('dataset_dir')
  const fault = useFault('dataset_dir')
  const { known } = useFolders()
  const board = useBoard()
  useEffect(() => {
    if (folder === '' && board) setValue('dataset_dir', board.dataset_dir)
  }, [board, folder])
  return (
    <Frame name="dataset_dir" label={label} tools={<Help id={evaluateId('dataset_dir')} help={help} name="dataset_dir" />} wide>
      <Combobox
        id={evaluateId('dataset_dir')}
        label={label}
        value={folder}
        options={known.map((item) => ({ value: item, label: item }))}
        free
        invalid={fault !== null}
        describedBy={fault ? `${evaluateId('dataset_dir')}-fault` : undefined}
        onChange={(next) => setValue('dataset_dir', next)}
        more={(count) => fill(t.ui.more_options, { count })}
        none={t.ui.nothing_found}
      />
    </Frame>
  )
}

function Datasets({ folder }: { folder: string }) {
  const { say } = useLocale()
  const { label } = useWords('dataset')
  const { help } = useWords('eval_dataset')
  const raw = useStore(form, ({ values }) => values.eval_dataset)
  const fault = useFault('eval_dataset') ?? null
  const missing = useFault('do_predict') ?? useFault('do_eval')
  const { reply, again } = useCall('datasets', folder === '' ? null : { dataset_dir: folder })
  const list = reply?.ok ? reply.value : null
  const problem = reply && !reply.ok ? reply.fault : (list?.problem ?? null)
  const id = evaluateId('eval_dataset')
  return (
    <Frame name="eval_dataset" label={label} tools={<Help id={id} help={help} name="eval_dataset" />} wide>
      <DatasetPicker
        id={id}
        label={label}
        folder={folder}
        chosen={namesOf(raw)}
        entries={list?.datasets ?? null}
        problem={problem}
        invalid={fault !== null || missing?.code === 'no_data_for_eval'}
        faultId={fault ? `${id}-fault` : undefined}
        preview
        onOpen={again}
        onChange={(next) => setValue('eval_dataset', next)}
      />
      {!fault && problem && <Message tone="danger" role="alert" className="mt-2">{say(problem)}</Message>}
    </Frame>
  )
}
