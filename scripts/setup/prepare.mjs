/**
 * Brings the checkout to where a command can run: packages, native runtime, bundles, page; each only if it is not there or stale. When
 * all is fresh this costs a few file reads. The runtime comes before the page, so that what needs the network comes first.
 */
import { join } from 'node:path'
import { buildBundle, bundleIsFresh } from './bundles.mjs'
import { installPackages, packagesAreInstalled } from './install.mjs'
import { withLock } from './lock.mjs'
import { buildPage, pageIsFresh } from './page.mjs'
import { state } from './paths.mjs'
import { step } from './say.mjs'
import { currentRuntime, setUpRuntime } from '../native/runtime.mjs'

/** @param {{bundles?: string[], runtime?: boolean, page?: boolean}} needs */
function stepsFor({ bundles = [], runtime = false, page = false }) {
  return [
    { name: 'Installing the npm packages', fresh: packagesAreInstalled, work: installPackages },
    ...(runtime ? [{ name: 'Setting up the native runtime', fresh: () => currentRuntime() !== null, work: () => setUpRuntime() }] : []),
    ...bundles.map((name) => ({ name: `Building ${name}`, fresh: () => bundleIsFresh(name), work: () => buildBundle(name) })),
    ...(page ? [{ name: 'Building the page', fresh: pageIsFresh, work: buildPage }] : []),
  ]
}

export async function prepare(needs) {
  const steps = stepsFor(needs)
  if (steps.every(({ fresh }) => fresh())) return
  await withLock(join(state, 'setup.lock'), async () => {
    for (const { name, fresh, work } of steps) if (!fresh()) await step(name, work)
  })
}
