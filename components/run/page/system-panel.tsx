'use client'
/** What the run took of its machine over its time: processors, memory, GPUs. */
import { useEffect, useMemo, useState } from 'react'
import { useLocale } from '@/components/locale'
import { Figure } from '@/components/run/chart/figure'
import type { PlotLine } from '@/components/run/chart/lines'
import type { Zoom } from '@/components/run/chart/view'
import { isActive } from '@/components/run/status'
import { useCall } from '@/components/use-call'
import { Message } from '@/components/ui/message'
import { fill } from '@/lib/messages/text'
import type { Messages } from '@/lib/messages/en'
import type { RunSummary } from '@/lib/run'
import type { SystemRecord } from '@/lib/system-log'

/** As often as a trainer measures. */
const ASK_EVERY_MS = 5000

const GB = 1e9
const PERCENT = 100

type Words = Messages['ui']['run_page']['system']
interface Shown {
  title: string
  name: string
  lines: PlotLine[]
}

/** One value of every record over the run's seconds. */
function lineOf(records: readonly SystemRecord[], id: string, name: string, colour: string, value: (record: SystemRecord) => number | null | undefined): PlotLine {
  const points = records.flatMap((record) => {
    const y = value(record)
    return y === null || y === undefined ? [] : [{ x: (record.at - records[0].at) / 1000, y }]
  })
  return { id, name, colour, curve: { x: points.map(({ x }) => x), y: points.map(({ y }) => y) } }
}

function figuresOf(records: readonly SystemRecord[], words: Words): Shown[] {
  const line = (id: string, name: string, colour: string, value: Parameters<typeof lineOf>[4]) => lineOf(records, id, name, `var(--series-${colour})`, value)
  const machine: Shown[] = [
    { title: words.cpu, name: 'cpu', lines: [line('machine', words.machine, 'train', ({ cpu }) => cpu * PERCENT), line('trainer', words.trainer, 'eval', ({ trainer_cpu }) => trainer_cpu * PERCENT)] },
    {
      title: words.memory, name: 'memory',
      lines: [line('machine', words.machine, 'train', ({ memory }) => memory / GB), line('trainer', words.trainer, 'eval', ({ trainer_memory }) => trainer_memory / GB), line('total', words.total, 'lr', ({ memory_total }) => memory_total / GB)],
    },
  ]
  const gpus = Array.from({ length: Math.max(0, ...records.map(({ gpus: found }) => found.length)) }, (_, gpu): Shown[] => {
    const number = gpu
    return [
      { title: fill(words.gpu_use, { number }), name: `gpu_${gpu}_use`, lines: [line('use', words.machine, 'train', (record) => record.gpus[gpu] && record.gpus[gpu].use * PERCENT)] },
      {
        title: fill(words.gpu_memory, { number }), name: `gpu_${gpu}_memory`,
        lines: [line('memory', words.machine, 'train', (record) => record.gpus[gpu] && record.gpus[gpu].memory / GB), line('total', words.total, 'lr', (record) => record.gpus[gpu] && record.gpus[gpu].memory_total / GB)],
      },
      { title: fill(words.gpu_temperature, { number }), name: `gpu_${gpu}_temperature`, lines: [line('temperature', words.machine, 'eval', (record) => record.gpus[gpu]?.temperature)] },
    ]
  })
  return [...machine, ...gpus.flat()].filter(({ lines }) => lines.some(({ curve }) => curve.x.length > 0))
}

export function SystemPanel({ run }: { run: RunSummary }) {
  const { t, say } = useLocale()
  const { reply, again } = useCall('run_system', { id: run.id })
  const [zoom, setZoom] = useState<Zoom>(null)
  const active = isActive(run.status)
  useEffect(() => {
    if (!active) return
    const timer = setInterval(again, ASK_EVERY_MS)
    return () => clearInterval(timer)
  }, [active, again])
  const words = t.ui.run_page.system
  const records = reply?.ok ? reply.value : noRecords
  const figures = useMemo(() => figuresOf(records, words), [records, words])
  if (reply === null) return <p className="p-4 text-ink-faint">{t.ui.loading}</p>
  if (!reply.ok) return <Message tone="danger" role="alert" className="m-4">{say(reply.fault)}</Message>
  if (records.length === 0) return <p className="p-4 text-ink-soft">{words.none}</p>
  const full = [0, Math.max(1, (records[records.length - 1].at - records[0].at) / 1000)] as const
  return (
    <div className="grid grid-cols-1 gap-4 p-2 lg:grid-cols-2">
      {figures.map((figure) => (
        <Figure key={figure.name} {...figure} height={170} savable legend axis="seconds" range={zoom ?? full} full={full} onZoom={setZoom} />
      ))}
    </div>
  )
}

const noRecords: readonly SystemRecord[] = []
