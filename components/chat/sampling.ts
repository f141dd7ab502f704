/** The chat's raw settings as what the wire wants, or the fault of the first that cannot be used. */
import type { ChatState } from '@/components/chat/conversation'
import { UserError, type Fault } from '@/lib/errors'
import { samplingSchema, type Sampling } from '@/lib/events'
import { readNumber } from '@/lib/config/values'
import { parseTools } from '@/lib/templates/tools/list'

type NumberKey = 'max_new_tokens' | 'temperature' | 'top_p' | 'top_k' | 'repetition_penalty' | 'seed'

const examples: Readonly<Record<NumberKey, string>> = { max_new_tokens: '512', temperature: '0.95', top_p: '0.7', top_k: '50', repetition_penalty: '1.0', seed: '42' }

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
  return whole ? { code: 'not_an_integer', values: found, field: key } : { code: 'not_a_number', values: { ...found, example: examples[key] }, field: key }
}

/** null while a setting is wrong; its field says so. */
export function toSampling(settings: ChatState['settings']): Sampling | null {
  const { do_sample, temperature, top_p, top_k, repetition_penalty, max_new_tokens, seed } = settings
  const numbers = Object.fromEntries(Object.entries({ temperature, top_p, top_k, repetition_penalty, max_new_tokens, seed }).map(([key, raw]) => [key, readNumber(raw)]))
  const result = samplingSchema.safeParse({ do_sample, ...numbers })
  return result.success ? result.data : null
}

/** What is wrong with the tools as they are written; what each must have is found out with the template. */
export function toolsFault(text: string): Fault | null {
  if (text.trim() === '') return null
  try {
    parseTools(text)
    return null
  } catch (error) {
    if (error instanceof UserError) return error.fault
    throw error
  }
}
