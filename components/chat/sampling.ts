/** The chat's raw settings as what the wire wants, or the fault of the first that cannot be used. */
import type { ChatState } from '@/components/chat/conversation'
import type { Fault } from '@/lib/errors'
import { samplingSchema, type Sampling } from '@/lib/events'
import { readNumber } from '@/lib/config/values'

type NumberKey = 'max_new_tokens' | 'temperature' | 'top_p' | 'top_k' | 'repetition_penalty'

/** The wire's own schema judges a value; the sentence names its bound. */
export function settingFault(key: NumberKey, raw: unknown): Fault | null {
  if (raw === '' || raw === null) return { code: 'empty_value', values: { key }, field: key }
  const result = samplingSchema.shape[key].safeParse(readNumber(raw))
  if (result.success) return null
  const [issue] = result.error.issues
  const found = { key, value: String(raw) }
  if (issue.code === 'too_small') return { code: 'below_minimum', values: { ...found, minimum: Number(issue.minimum) }, field: key }
  if (issue.code === 'too_big') return { code: 'above_maximum', values: { ...found, maximum: Number(issue.maximum) }, field: key }
  const whole = issue.code === 'invalid_type' && issue.expected === 'int'
  return { code: whole ? 'not_an_integer' : 'not_a_number', values: found, field: key }
}

/** null while a setting is wrong; its field says so. */
export function toSampling(settings: ChatState['settings']): Sampling | null {
  const { do_sample, temperature, top_p, top_k, repetition_penalty, max_new_tokens } = settings
  const numbers = Object.fromEntries(Object.entries({ temperature, top_p, top_k, repetition_penalty, max_new_tokens }).map(([key, raw]) => [key, readNumber(raw)]))
  const result = samplingSchema.safeParse({ do_sample, ...numbers })
  return result.success ? result.data : null
}

