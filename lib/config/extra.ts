/** Extra arguments: settings typed as JSON beside the form. Leaves out their meaning: `parseArgs` checks them with all others. */
import type { Read } from '@/lib/config/yaml'

const isMapping = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

export function readExtra(text: string): Read {
  if (text.trim() === '') return { ok: true, values: {} }
  try {
    const values: unknown = JSON.parse(text)
    if (isMapping(values)) return { ok: true, values }
  } catch {
    // not JSON: the sentence below shows the text as it was found
  }
  return { ok: false, faults: [{ code: 'not_an_object', values: { key: 'extra_args', value: text, example: '{"data_seed": 1}' }, field: 'extra_args' }] }
}
