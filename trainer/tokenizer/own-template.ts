/**
 * A model folder's own chat template: where it lies, its row, and the choice between it and a template by name. It is a stranger's program, so besides
 * `lib/templates/jinja`'s bounds it has a limit of time.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { z } from 'zod'
import { type FaultValue, problem, Unusable, UserError } from '@/lib/errors'
import { jinjaTemplate } from '@/lib/templates/jinja'
import { ownRow } from '@/lib/templates/own'
import type { TemplateOptions, TemplateRow } from '@/lib/templates/row'
import { prepareTemplate, type Template } from '@/lib/templates/template'
import type { Tokenizer } from '@/lib/text/tokenizer'
import { readJson, readText } from '@/trainer/json-file'

const MOST_SECONDS = 3

const namedSchema = z.array(z.looseObject({ name: z.string(), template: z.string() }))
const configSchema = z.looseObject({ chat_template: z.union([z.string(), namedSchema]).nullish() })

const unusable = (folder: string, reason: FaultValue) => new UserError('chat_template_unusable', { path: folder, problem: reason }, 'template')

/** In transformers' order: a file of its own, else a key of the settings; of several by name the one called `default`. Null where the model has none. */
export function templateSource(folder: string): string | null {
  const fault = (reason: FaultValue) => unusable(folder, reason)
  const own = path.join(folder, 'chat_template.jinja')
  if (existsSync(own)) return readText(own, fault)
  for (const file of ['chat_template.json', 'tokenizer_config.json'].map((name) => path.join(folder, name))) {
    const parsed = existsSync(file) ? configSchema.safeParse(readJson(file, fault)) : null
    if (parsed && !parsed.success) throw fault(problem('bad_value', { found: 'chat_template' }))
    const found = parsed?.data.chat_template
    if (typeof found === 'string') return found
    if (found) return found.find(({ name }) => name === 'default')?.template ?? null
  }
  return null
}

/** The row of the model's own template; null where it has none. UserError chat_template_unusable, field `template`. */
export function readOwnRow(folder: string, tokenizer: Tokenizer, today = new Date()): TemplateRow | null {
  const source = templateSource(folder)
  if (source === null) return null
  try {
    return withinTime(() => ownRow(jinjaTemplate(source, today), tokenizer))
  } catch (error) {
    if (error instanceof Unusable) throw unusable(folder, error.problem)
    throw error
  }
}

/** Ends a computation that takes too long, wherever it is; nothing but `run` can be reached from the context that it is started from. */
function withinTime<T>(run: () => T): T {
  let result: { value: T } | { error: unknown } | undefined
  const begin = () => {
    try {
      result = { value: run() }
    } catch (error) {
      result = { error }
    }
  }
  try {
    runInContext('begin()', createContext({ begin }), { timeout: MOST_SECONDS * 1000 })
  } catch {
    // Only the watch throws here; whatever `run` throws is in `result`.
  }
  if (!result) throw new Unusable(problem('jinja_slow', { seconds: MOST_SECONDS }))
  if ('error' in result) throw result.error
  return result.value
}

/** The template that is named, or the model's own where none is. UserError: as prepareTemplate and readOwnRow; template_needed where there is none. */
export function templateFor(folder: string, tokenizer: Tokenizer, options: TemplateOptions): Template {
  if (options.template) return prepareTemplate(tokenizer, options)
  const own = readOwnRow(folder, tokenizer)
  if (own === null) throw new UserError('template_needed', { path: folder }, 'template')
  return prepareTemplate(tokenizer, { ...options, own })
}
