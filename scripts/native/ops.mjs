/**
 * Tuneboard's own TensorFlow kernels (trainer/native/*.cc) as one shared object for this very processor. Each source is compiled on
 * its own and kept by content, so that a change costs one file's time. Leaves out loading it: that is trainer/graph.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { filesUnder, fingerprint } from '../setup/fingerprint.mjs'
import { moveFolder } from '../setup/files.mjs'
import { root } from '../setup/paths.mjs'
import { runTool } from '../setup/run-tool.mjs'
import { say } from '../setup/say.mjs'
import { compile, linkArguments, nodeApiHeaders } from './compile.mjs'
import { compiler, processor } from './machine.mjs'

const folder = join(root, 'trainer', 'native')
const flags = ['-O3', '-std=c++17', '-fPIC', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tuneboard_ops']

export const opsSources = (base = folder) => filesUnder([base]).filter((path) => /\.(cc|h|inc)$/.test(path))

/** Fingerprint of the kernels' sources; enters the runtime's key, so that an edited kernel is compiled at the next start. */
export const opsFingerprint = (base = folder) => fingerprint(base, opsSources(base), flags)

/** @returns {Promise<string | null>} the shared object; null where there are no kernels */
export async function ensureOps(cache, library, base = folder) {
  const sources = opsSources(base)
  const units = sources.filter((path) => path.endsWith('.cc'))
  if (units.length === 0) return null
  const machine = [library, flags, processor(), compiler()]
  const whole = join(cache, `ops-${fingerprint(base, sources, machine).slice(0, 16)}`)
  const result = join(whole, 'tuneboard_ops.node')
  if (existsSync(result)) return result
  const headers = sources.filter((path) => !path.endsWith('.cc'))
  const objects = join(cache, 'objects')
  mkdirSync(objects, { recursive: true })
  const growing = `${whole}.partial-${process.pid}`
  mkdirSync(growing, { recursive: true })
  const native = await processorFlags()
  try {
    say(`  compiling ${units.length} kernel ${units.length === 1 ? 'file' : 'files'}`)
    const compiled = await inParallel(units, (unit) => compileUnit(unit, join(objects, `${fingerprint(base, [unit, ...headers], machine).slice(0, 24)}.o`), base, library, native))
    await compile(['-shared', '-fPIC', ...compiled, '-o', join(growing, 'tuneboard_ops.node'), ...linkArguments(library)], 'ops_failed')
    moveFolder(growing, whole)
  } finally {
    rmSync(growing, { recursive: true, force: true })
  }
  return result
}

async function compileUnit(unit, object, base, library, native) {
  if (existsSync(object)) return object
  const growing = `${object}.partial-${process.pid}`
  await compile([...flags, ...native, `-I${base}`, `-isystem${join(library, 'tensorflow', 'include')}`, `-I${nodeApiHeaders}`, '-c', unit, '-o', growing], 'ops_failed')
  renameSync(growing, object)
  return object
}

/** All that this processor can do, except half-precision vectors: Eigen's headers in the wheel use those in a way that GCC 12 refuses. */
async function processorFlags() {
  const without = ['-march=native', '-mno-avx512fp16']
  const { code } = await runTool(compiler() ?? 'c++', [...without, '-x', 'c++', '-E', '/dev/null'])
  return code === 0 ? without : ['-march=native']
}

/** `work` over `items`, as many at a time as there are processors; results in order. */
async function inParallel(items, work) {
  const results = []
  const queue = items.entries()
  const lane = async () => { for (const [index, item] of queue) results[index] = await work(item) }
  await Promise.all(Array.from({ length: Math.min(items.length, cpus().length) }, lane))
  return results
}
