/** Runs a built program, in this process where that can be: a second Node would cost its start again, and signals and exit codes pass by themselves. */
import { pathToFileURL } from 'node:url'
import { bundleFile } from './bundles.mjs'
import { readNote } from './files.mjs'
import { runtimeFile } from './paths.mjs'
import { prepare } from './prepare.mjs'
import { Failure } from './say.mjs'
import { goOn, hasLibraries, withRuntime } from './variables.mjs'

/** The development programs and the bundles each starts. */
const programs = {
  conform: ['conform'],
  bench: ['bench', 'tokens'],
  starter: ['starter'],
  latency: ['latency', 'server', 'trainer', 'tokens'],
  large: ['large', 'server', 'trainer', 'tokens'],
}

export async function runProgram(name, args) {
  if (!Object.hasOwn(programs, name)) throw new Failure(`There is no program "${name}"; the programs are ${Object.keys(programs).join(', ')}.`)
  await prepare({ bundles: programs[name], runtime: true, page: name === 'latency' || name === 'large' })
  await enter(name, args)
}

/** Loads dist/<name>.mjs as if Node had been started with it, with the runtime's variables set before TensorFlow can be loaded. */
export async function enter(name, args) {
  const file = bundleFile(name)
  const needed = readNote(runtimeFile)?.env ?? {}
  const variables = withRuntime(needed, process.env)
  // The server computes nothing itself; its trainers inherit the variables.
  if (name !== 'server' && !hasLibraries(needed, process.env)) return goOn([file, ...args], variables)
  process.argv = [process.execPath, file, ...args]
  Object.assign(process.env, variables)
  await import(pathToFileURL(file).href)
}
