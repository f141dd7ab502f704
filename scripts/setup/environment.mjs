/** `npm run runtime` and `tuneboard env`: what runs here, in words (tools/environment.ts has them). */
import { join } from 'node:path'
import { state } from './paths.mjs'
import { withLock } from './lock.mjs'
import { prepare } from './prepare.mjs'
import { enter } from './program.mjs'
import { step } from './say.mjs'
import { setUpRuntime } from '../native/runtime.mjs'

/** Looks at the machine again, also where the last choice still stands: a driver or the network may have come. */
export async function renewRuntime() {
  await prepare({})
  await withLock(join(state, 'setup.lock'), async () => {
    await step('Setting up the native runtime', setUpRuntime)
  })
  await prepare({ bundles: ['environment'] })
  await enter('environment', ['runtime'])
}

/** For bug reports; sets nothing up beyond the packages, so that it also works where the set-up fails. */
export async function printEnvironment() {
  await prepare({ bundles: ['environment'] })
  await enter('environment', ['all'])
}
