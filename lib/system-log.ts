/** What a training takes of its machine over time: a line of `system_log.jsonl` every few seconds. Pure; `trainer/run/monitor` measures. */
import { z } from 'zod'

const gpuSchema = z.strictObject({
  /** Share of the time, 0 to 1. */
  use: z.number(),
  /** Bytes. */
  memory: z.number(),
  memory_total: z.number(),
  /** Degrees Celsius; null where the driver does not say. */
  temperature: z.number().nullable(),
})

export const systemRecordSchema = z.strictObject({
  /** Milliseconds since 1970. */
  at: z.number(),
  /** Share of all processors in use since the record before, 0 to 1. */
  cpu: z.number(),
  /** The trainer's own part of it. */
  trainer_cpu: z.number(),
  /** Bytes in use on the machine, what it has, and the trainer's own part. */
  memory: z.number(),
  memory_total: z.number(),
  trainer_memory: z.number(),
  gpus: z.array(gpuSchema),
})
export type SystemRecord = z.infer<typeof systemRecordSchema>

/** Records of a file's text, at most about `count`: of longer ones every nth, and the newest. */
export function readSystemLog(text: string, count = 1000): SystemRecord[] {
  const lines = text.split('\n').slice(0, -1)
  const every = Math.max(1, Math.ceil(lines.length / count))
  return lines.filter((_, index) => (lines.length - 1 - index) % every === 0).flatMap((line) => parseRecord(line) ?? [])
}

function parseRecord(line: string): SystemRecord | null {
  try {
    return systemRecordSchema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null // a line that a full disk cut
  }
}

/** Arguments of nvidia-smi for `readGpus`. */
export const gpuQuery = ['--query-gpu=utilization.gpu,memory.used,memory.total,temperature.gpu', '--format=csv,noheader,nounits']

/** Its answer: a line per GPU, per cent, MiB and degrees; what a driver does not know is `[N/A]`. */
export function readGpus(text: string): SystemRecord['gpus'] {
  return text.split('\n').flatMap((line) => {
    const [use, memory, memory_total, temperature] = line.split(',').map((part) => Number.parseFloat(part))
    if (!Number.isFinite(memory) || !Number.isFinite(memory_total)) return []
    return [{ use: Number.isFinite(use) ? use / 100 : 0, memory: memory * 2 ** 20, memory_total: memory_total * 2 ** 20, temperature: Number.isFinite(temperature) ? temperature : null }]
  })
}
