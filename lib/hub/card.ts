/** A dataset's README: the configurations that its head names, and the text below. Keys of the head that do not concern rows are passed over. */
import { parse } from 'yaml'
import { z } from 'zod'

const paths = z.union([z.string(), z.array(z.string())])
const configSchema = z.looseObject({
  config_name: z.coerce.string(),
  data_files: z.union([paths, z.array(z.looseObject({ split: z.coerce.string(), path: paths }))]).nullish(),
  data_dir: z.string().nullish(),
  default: z.boolean().nullish(),
})
const headSchema = z.looseObject({ configs: z.array(configSchema).nullish() })

export type CardConfig = z.output<typeof configSchema>

export interface Card {
  configs: CardConfig[]
  /** What is wrong with the head; its configurations do not count then. */
  problem: string | null
  body: string
}

/** A damaged head does not keep the text from being read. */
export function readCard(text: string): Card {
  const head = /^\ufeff?---[ \t]*\r?\n(?<head>[\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text)
  const body = head ? text.slice(head[0].length) : text
  if (!head?.groups) return { configs: [], problem: null, body }
  try {
    const parsed = headSchema.safeParse(parse(head.groups.head, { logLevel: 'error' }) ?? {})
    if (parsed.success) return { configs: parsed.data.configs ?? [], problem: null, body }
    const [issue] = parsed.error.issues
    return { configs: [], problem: `${issue.path.join('.')}: ${issue.message}`, body }
  } catch (error) {
    return { configs: [], problem: error instanceof Error ? error.message.split('\n')[0] : String(error), body }
  }
}
