/** Entry of the server: options in, board up, address printed, signals heard. Everything else is in the modules beside it. */
import { UserError } from '@/lib/errors'
import { isLoopback } from '@/lib/loopback'
import { inEnglish } from '@/lib/messages/english'
import { openBoard } from '@/server/board'
import { parseOptions, type ServerOptions } from '@/server/options'
import { openPage } from '@/server/http/page'

function address({ host, token }: ServerOptions, port: number): string {
  const name = host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? 'localhost' : host
  return `http://${name}:${port}/${token === null ? '' : `?token=${token}`}`
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), process.env)
  const board = await openBoard(options, (server) => openPage(options.dev, server))
  const note = isLoopback(options.host) ? '' : ' (reachable from other machines; keep the address to yourself)'
  process.stdout.write(`Tuneboard is at ${address(options, board.port)}${note}\n`)
  const end = () => void board.close().then(() => process.exit(0))
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof UserError ? inEnglish(error.fault) : error instanceof Error ? error.message : String(error)}\n`)
  process.exit(error instanceof UserError ? 2 : 1)
})
