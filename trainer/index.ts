/**
 * The trainer's program (dist/trainer.mjs): one word names the command, and only what that command needs is loaded. Turns faults into one
 * sentence on standard error and exit code 2; everything else that goes wrong is 1.
 */
import type { en } from '@/lib/messages/en'
import { UserError } from '@/lib/errors'
import { sayFaults, sayFailure } from '@/trainer/say'

/** Runs with the words after the command; gives the exit code, or never for a worker. */
type Command = (argv: readonly string[]) => Promise<number>

const later = (command: string, feature: keyof typeof en.features): Command => async () => {
  throw new UserError('not_yet', { key: 'command', value: command, feature })
}

const commands: Record<string, Command> = {
  train: async (argv) => (await import('@/trainer/run/train')).train(argv),
  chat: async (argv) => (argv[0] === '--worker' ? (await import('@/trainer/chat/chat')).chatWorker() : (await import('@/trainer/chat/chat-terminal')).chatTerminal(argv)),
  export: async (argv) => (await import('@/trainer/export/export')).exportModel(argv),
  inspect: async () => (await import('@/trainer/inspect/inspect')).inspectWorker(),
  bench: async (argv) => (await import('@/trainer/bench/bench')).bench(argv),
  predict: async (argv) => (await import('@/trainer/predict/command')).predict(argv),
  api: later('api', 'api'),
}

async function run([name = '', ...argv]: readonly string[]): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : null
  if (!command) throw new UserError('unknown_command', { command: name, commands: Object.keys(commands).join(', ') })
  return command(argv)
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  process.exitCode = (await sayFaults(error)) ? 2 : await sayFailure(error)
}
