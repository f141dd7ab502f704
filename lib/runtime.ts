/**
 * Which TensorFlow this checkout runs on, as `scripts/native` found and wrote it to `.tuneboard/runtime.json`; the server and the
 * trainer read that file with this schema. Leaves out how it is set up, and reading the file (this folder touches no disk).
 */
import { z } from 'zod'
import { valuesSchema } from '@/lib/errors'
import type { Messages } from '@/lib/messages/en'
import { fill, wordsOf } from '@/lib/messages/text'

/** From the fastest to the slowest; the set-up takes the first that works. */
export const runtimeKinds = ['cuda', 'cpu', 'prebuilt', 'wasm'] as const
export type RuntimeKind = (typeof runtimeKinds)[number]

/** Why it is this runtime: a key of `runtime.why` and `runtime.better` in the messages, and the values its sentences name. */
export type RuntimeCauseCode = keyof Messages['runtime']['why']

export const runtimeSchema = z.strictObject({
  /** Fingerprint of what the choice was made from; another one means that the set-up must look again. */
  key: z.string(),
  kind: z.enum(runtimeKinds),
  /** TensorFlow's version, null for WASM. */
  tensorflow: z.string().nullable(),
  /** Absolute path of tfjs-node's addon, null for WASM. */
  binding: z.string().nullable(),
  /** Absolute path of the shared object with Tuneboard's own kernels; null where there are none or they do not compile. */
  ops: z.string().nullable(),
  /** Variables that a process needs before it loads the addon. */
  env: z.record(z.string(), z.string()),
  causes: z.array(z.strictObject({ code: z.string(), values: valuesSchema })),
})
export type Runtime = z.infer<typeof runtimeSchema>

/** A runtime in words: what is used, why, and what would enable a better one (null where nothing would). */
export interface RuntimeWords {
  name: string
  reason: string
  better: string | null
}

/**
 * The sentences of a runtime in a language. `null` stands for "not set up yet".
 * @throws plain Error for a cause without a text: the set-up and the messages must be changed together.
 */
export function describeRuntime(runtime: Runtime | null, messages: Messages): RuntimeWords {
  const { kinds, missing, why, better } = messages.runtime
  if (!runtime) return { name: missing.name, reason: missing.reason, better: missing.better }
  const sentences = (texts: Record<string, string>) => runtime.causes.map(({ code, values }) => {
    if (!Object.hasOwn(texts, code)) throw new Error(`no text for the runtime's cause "${code}"`)
    return fill(texts[code], Object.fromEntries(Object.entries(values).map(([name, value]) => [name, wordsOf(value, messages)])))
  }).filter((text) => text !== '')
  return {
    name: fill(kinds[runtime.kind], { tensorflow: runtime.tensorflow ?? '' }),
    reason: sentences(why).join(' '),
    better: sentences(better).join(' ') || null,
  }
}
