/** Prepares everything that the board needs and becomes its server. */
import { usage, readOptions } from './options.mjs'
import { prepare } from './prepare.mjs'
import { enter } from './program.mjs'

export async function serve(argv) {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(`${usage}\n`)
    return
  }
  const { args, dev } = readOptions(argv)
  await prepare({ bundles: ['server', 'trainer', 'tokens'], runtime: true, page: !dev })
  process.env.NODE_ENV = dev ? 'development' : 'production'
  await enter('server', args)
}
