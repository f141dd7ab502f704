/**
 * Which runs wait for the device, in order, and which processes this server started: kept in `.tuneboard/queue.json`, written whole at
 * each change, so that a server that was killed knows both when it comes back. What a run's own files say is not repeated here.
 */
import path from 'node:path'
import { z } from 'zod'
import { readJson, writeWhole } from '@/server/files'

const launchSchema = z.strictObject({ id: z.string(), pid: z.number().int(), pid_start: z.string().nullable() })
const waitingSchema = z.strictObject({
  id: z.string(),
  /** Absolute path of the checkpoint to go on from, `true` for an evaluation that goes on; null from the beginning. */
  checkpoint: z.string().nullable(),
})
const queueSchema = z.strictObject({ waiting: z.array(waitingSchema), launched: z.array(launchSchema) })

export type Waiting = z.infer<typeof waitingSchema>
export type Launch = z.infer<typeof launchSchema>

export interface Queue {
  readonly waiting: readonly Waiting[]
  readonly launched: readonly Launch[]
  /** 1 = next; null when not waiting. */
  position(id: string): number | null
  launchOf(id: string): Launch | null
  change(next: { waiting?: Waiting[]; launched?: Launch[] }): void
}

/** @throws plain Error when queue.json is there but is not ours: better than forgetting what waits. */
export function openQueue(home: string): Queue {
  const file = path.join(home, '.tuneboard/queue.json')
  const found = readJson(file)
  const parsed = queueSchema.safeParse(found ?? { waiting: [], launched: [] })
  if (!parsed.success) throw new Error(`${file} cannot be read (${parsed.error.issues[0].message}); mend or remove it`)
  let { waiting, launched } = parsed.data
  return {
    get waiting() {
      return waiting
    },
    get launched() {
      return launched
    },
    position: (id) => waiting.findIndex((entry) => entry.id === id) + 1 || null,
    launchOf: (id) => launched.find((entry) => entry.id === id) ?? null,
    change(next) {
      const after = { waiting: next.waiting ?? waiting, launched: next.launched ?? launched }
      writeWhole(file, JSON.stringify(after, null, 2) + '\n', { durable: false })
      ;({ waiting, launched } = after)
    },
  }
}
