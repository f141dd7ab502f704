/** The server's options from its command line and environment, checked. Where things lie by default is in `env`. */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { UserError } from '@/lib/errors'
import { isLoopback } from '@/lib/loopback'
import { checkout } from '@/server/env'

export interface ServerOptions {
  port: number
  host: string
  /** Folder that holds `saves/` and the server's own `.tuneboard/`. */
  home: string
  /** Further folders that paths from the browser may lie in. */
  roots: string[]
  dev: boolean
  /** What a browser must show; null on loopback, where the operating system keeps others out. */
  token: string | null
}

const options = {
  port: { type: 'string', default: '7860' },
  host: { type: 'string', default: '127.0.0.1' },
  home: { type: 'string', default: checkout },
  root: { type: 'string', multiple: true, default: [] as string[] },
  dev: { type: 'boolean', default: false },
} as const

function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port)) throw new UserError('not_an_integer', { key: '--port', value: text })
  if (port < 0) throw new UserError('below_minimum', { key: '--port', value: port, minimum: 0 })
  if (port > 65535) throw new UserError('above_maximum', { key: '--port', value: port, maximum: 65535 })
  return port
}

/**
 * Options of `argv` (without the program's name) and `env` (TUNEBOARD_TOKEN, TUNEBOARD_ROOTS).
 * @throws UserError for an unknown option or a port that is none.
 */
export function parseOptions(argv: string[], env: NodeJS.ProcessEnv): ServerOptions {
  const known = Object.keys(options).map((name) => `--${name}`)
  const { values, tokens } = parseArgs({ args: argv, options, strict: false, tokens: true })
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    const name = token.kind === 'option' ? token.rawName : token.value
    if (!known.includes(name)) throw new UserError('unknown_option', { option: name, options: known.join(', ') })
    if (token.kind === 'option' && token.name !== 'dev' && token.value === undefined) throw new UserError('empty_value', { key: name })
  }
  const host = String(values.host)
  const token = env.TUNEBOARD_TOKEN || null
  const roots = [...(values.root ?? []).map(String), ...(env.TUNEBOARD_ROOTS ?? '').split(path.delimiter).filter(Boolean)]
  return {
    port: parsePort(String(values.port)),
    host,
    home: path.resolve(String(values.home)),
    roots: roots.map((root) => path.resolve(root)),
    dev: values.dev === true,
    token: token ?? (isLoopback(host) ? null : randomBytes(24).toString('base64url')),
  }
}
