/** The words after `tuneboard`: which program each one starts. Their own arguments are read by those programs. */
import { prepare } from './prepare.mjs'
import { enter } from './program.mjs'
import { Failure } from './say.mjs'

const trainerCommands = ['train', 'chat', 'predict', 'export', 'api']

const usage = `tuneboard train|chat|predict|export|api <config.yaml> [key=value …]
tuneboard webui [--port 7860] [--host 127.0.0.1] [--home DIR]
tuneboard env`

export async function runCommand([command, ...args]) {
  if (command === undefined || ['help', '--help', '-h'].includes(command)) process.stdout.write(`${usage}\n`)
  else if (trainerCommands.includes(command)) {
    await prepare({ bundles: ['trainer', 'tokens'], runtime: true })
    await enter('trainer', [command, ...args])
  } else if (command === 'webui') await (await import('./serve.mjs')).serve(args)
  else if (command === 'env') await (await import('./environment.mjs')).printEnvironment()
  else throw new Failure(`There is no command "${command}"; the commands are ${[...trainerCommands, 'webui', 'env'].join(', ')}.`)
}
