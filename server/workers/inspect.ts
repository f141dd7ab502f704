/**
 * The inspect worker: reads models and datasets for the page, outside this process, so that a big or damaged file neither holds up the
 * board nor takes it down. The requests are those of `lib/api`; what is read and how is the worker's (`trainer/inspect/inspect`).
 */
import path from 'node:path'
import { z } from 'zod'
import type { api, ApiResponse } from '@/lib/api'
import { faultSchema, UserError } from '@/lib/errors'
import type { InspectName } from '@/lib/inspect'
import { startLineChild, type LineChild } from '@/server/workers/line-child'
import { report } from '@/server/report'

type Request<N extends InspectName> = z.output<(typeof api)[N]['request']>

/** A line of the worker: `InspectAnswer` of `lib/inspect`. */
const answerSchema = z.discriminatedUnion('ok', [
  z.object({ id: z.number().int(), ok: z.literal(true), value: z.unknown() }),
  z.object({ id: z.number().int(), ok: z.literal(false), fault: faultSchema }),
])

export interface Inspect {
  /** Starts the worker before anybody asks, so that the first answer is not late. */
  warmUp(): void
  /** @throws UserError the worker's own fault, `inspect_died`, `inspect_slow` */
  ask<N extends InspectName>(name: N, request: Request<N>): Promise<ApiResponse<N>>
  close(): void
}

interface Question {
  asked: LineChild
  resolve(value: unknown): void
  reject(error: UserError): void
  timer: NodeJS.Timeout
}

export function openInspect(home: string, timeoutSeconds = 120): Inspect {
  let child: LineChild | null = null
  let count = 0
  const open = new Map<number, Question>()

  const settle = (id: number): Question | undefined => {
    const question = open.get(id)
    open.delete(id)
    clearTimeout(question?.timer)
    return question
  }

  const onLine = (line: unknown) => {
    const parsed = answerSchema.safeParse(line)
    if (!parsed.success) return report(new Error(`the inspect worker said something unknown: ${JSON.stringify(line).slice(0, 200)}`))
    const question = settle(parsed.data.id)
    if (parsed.data.ok) return question?.resolve(parsed.data.value)
    const { code, values, field } = parsed.data.fault
    question?.reject(new UserError(code, values, field))
  }

  const start = (): LineChild => {
    const started: LineChild = startLineChild(['inspect'], path.join(home, '.tuneboard/inspect.log'), {
      line: onLine,
      ended: (reason) => {
        if (child === started) child = null
        for (const [id, { asked }] of open) if (asked === started) settle(id)?.reject(new UserError('inspect_died', { reason }))
      },
    })
    return started
  }

  /** One that does not answer is not asked again. */
  const giveUp = (id: number) => {
    const question = settle(id)
    if (question === undefined) return
    question.reject(new UserError('inspect_slow', { seconds: timeoutSeconds }))
    if (child === question.asked) child = null
    question.asked.kill()
  }

  return {
    warmUp() {
      child ??= start()
    },
    ask(name, request) {
      const id = ++count
      return new Promise((resolve, reject) => {
        const timer = setTimeout(giveUp, timeoutSeconds * 1000, id)
        const asked = (child ??= start())
        // The worker is ours and built from the same types; its answers travel on to the page unread.
        open.set(id, { asked, resolve: (value) => resolve(value as never), reject, timer })
        asked.send({ id, name, request })
      })
    },
    close() {
      child?.kill()
    },
  }
}
