/**
 * The choice of runtime: CUDA, then the processor, then the prebuilt library, then WASM; the first that works is written to
 * .tuneboard/runtime.json with the causes why it is not a better one (schema: lib/runtime.ts). Every choice is loaded once before it is believed.
 */
import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { filesUnder, fingerprint } from '../setup/fingerprint.mjs'
import { readNote, writeNote } from '../setup/files.mjs'
import { withLock } from '../setup/lock.mjs'
import { cacheDir, root, runtimeFile } from '../setup/paths.mjs'
import { runTool } from '../setup/run-tool.mjs'
import { lastLine } from '../setup/say.mjs'
import { addonIsLinked, addonPackage, ensureAddon, linkAddon } from './addon.mjs'
import { asCause, Cause } from './cause.mjs'
import { ensureLibrary, libraryName } from './library.mjs'
import { compiler, gpuName, hasGlibc, hasPip, platform, quickFacts } from './machine.mjs'
import { ensureOps, opsFingerprint } from './ops.mjs'
import { libraries } from './pins.mjs'
import { installPrebuilt } from './prebuilt.mjs'

const own = filesUnder([join(root, 'scripts', 'native')])

/** Changes when the choice could turn out otherwise: this code, the machine's quick facts, the kernels, the addon's package, the cache. */
const runtimeKey = () => fingerprint(root, [...own, join(addonPackage, 'package.json')], quickFacts(), opsFingerprint(), cacheDir())

/** The runtime as it was set up; null when it never was, when something it was chosen by has changed, or when its files are gone. */
export function currentRuntime() {
  const runtime = readNote(runtimeFile)
  if (!runtime || runtime.key !== runtimeKey()) return null
  if (runtime.ops && !existsSync(runtime.ops)) return null
  if (runtime.binding && !addonIsLinked(runtime.binding)) return null
  return runtime
}

/** Sets up the best runtime that works here and notes it. */
export async function setUpRuntime() {
  const key = runtimeKey()
  const gpu = await gpuName()
  const runtime = { key, ...await firstThatWorks(gpu, await hurdles()) }
  writeNote(runtimeFile, runtime)
  return runtime
}

/** What stands in the way of any wheel on this machine; empty where nothing does. */
async function hurdles() {
  if (!libraries[`cpu-${platform}`]) return [{ code: 'platform', values: { platform } }]
  if (!hasGlibc()) return [{ code: 'platform', values: { platform: `${platform} without glibc` } }]
  return [
    ...(await hasPip() ? [] : [{ code: 'no_pip', values: {} }]),
    ...(compiler() ? [] : [{ code: 'no_compiler', values: {} }]),
  ]
}

async function firstThatWorks(gpu, causes) {
  if (causes.length === 0 && gpu) {
    const cuda = await attempt('cuda', gpu, causes)
    if (cuda) return cuda
  }
  if (causes.every(({ code }) => code.startsWith('gpu'))) {
    const cpu = await attempt('cpu', gpu, causes)
    if (cpu) return cpu
  }
  return await prebuilt(gpu, causes) ?? { kind: 'wasm', tensorflow: null, binding: null, ops: null, env: {}, causes }
}

/** A runtime from wheels; null, with the reason added to `causes`, where it does not work. */
async function attempt(kind, gpu, causes) {
  const wheels = libraries[`${kind}-${platform}`]
  if (!wheels) {
    causes.push({ code: 'gpu_platform', values: { gpu, platform } })
    return null
  }
  try {
    const { library, binding } = await withLock(join(cacheDir(), 'setup.lock'), () => fromWheels(kind, wheels))
    linkAddon(binding)
    const env = environment(kind, library)
    const found = await probe(env, wheels[0].version)
    if (kind === 'cuda' && !found.gpu) throw new Cause('gpu_unusable', { gpu, problem: { code: 'setup_no_cuda', values: {} } })
    const { ops, notes } = kind === 'cuda' ? noKernels : await kernels(library, env)
    const reason = kind === 'cuda' ? [{ code: 'gpu_used', values: { gpu } }] : causes.length > 0 ? causes : [{ code: 'no_gpu', values: {} }]
    return { kind, tensorflow: found.tensorflow, binding, ops, env, causes: [...reason, ...notes] }
  } catch (error) {
    const cause = asCause(error, 'download_failed')
    causes.push(kind === 'cuda' && cause.code !== 'gpu_unusable' ? { code: 'gpu_unusable', values: { gpu, problem: problemOf(cause) } } : cause)
    return null
  }
}

/** What is wrong, as part of another sentence; only a compiler can be missing without a word. */
const problemOf = ({ values }) => values.problem ?? { code: 'setup_no_compiler', values: {} }

async function fromWheels(kind, wheels) {
  const library = await ensureLibrary(cacheDir(), libraryName(kind, wheels), wheels)
  return { library, binding: await ensureAddon(cacheDir(), library) }
}

/**
 * TensorFlow's library finds most of NVIDIA's beside itself, but not cuSOLVER, so their folders are named. XLA needs ptxas and libdevice, compiles
 * on all processors, and leaves matrix products to cuBLAS. A board shares its GPU with other programs, so memory is taken as it is
 * needed. Float32 is meant as such: without the override TensorFlow multiplies it as TF32, with 10 bits of 23.
 */
export function environment(kind, library) {
  if (kind !== 'cuda') return {}
  const nvidia = join(library, 'nvidia')
  const folders = readdirSync(nvidia).sort().map((name) => join(nvidia, name, 'lib')).filter((folder) => existsSync(folder))
  const xla = [`--xla_gpu_cuda_data_dir=${join(nvidia, 'cuda_nvcc')}`, `--xla_gpu_force_compilation_parallelism=${availableParallelism()}`, '--xla_gpu_enable_triton_gemm=false']
  return { LD_LIBRARY_PATH: folders.join(':'), XLA_FLAGS: xla.join(' '), TF_FORCE_GPU_ALLOW_GROWTH: 'true', NVIDIA_TF32_OVERRIDE: '0' }
}

/** Tuneboard's own kernels run on the processor: on a GPU every one of them would carry its operands there and back. */
const noKernels = { ops: null, notes: [] }

/** Tuneboard's own kernels: an addition, so their failure is a note and not a hurdle. */
async function kernels(library, env) {
  try {
    const ops = await withLock(join(cacheDir(), 'setup.lock'), () => ensureOps(cacheDir(), library))
    if (ops) await probe(env, null, ops)
    return { ops, notes: [] }
  } catch (error) {
    return { ops: null, notes: [{ code: 'ops_failed', values: { problem: problemOf(asCause(error, 'ops_failed')) } }] }
  }
}

async function prebuilt(gpu, causes) {
  try {
    const binding = await installPrebuilt(gpu !== null)
    const { tensorflow } = await probe({}, 'prebuilt')
    return { kind: 'prebuilt', tensorflow, binding, ops: null, env: {}, causes: [...causes, { code: 'prebuilt_used', values: {} }] }
  } catch (error) {
    causes.push(asCause(error, 'prebuilt_failed'))
    return null
  }
}

/** Loads the addon as linked, in a process of its own. @throws Cause load_failed */
async function probe(env, tensorflow, ops) {
  const script = join(root, 'scripts', 'native', 'probe.cjs')
  const { code, stdout, stderr } = await runTool(process.execPath, [script, ...(ops ? [ops] : [])], { env: { TF_CPP_MIN_LOG_LEVEL: '2', ...env } })
  if (code !== 0) throw new Cause('load_failed', { tensorflow: tensorflow ?? '', problem: lastLine(stderr) })
  return JSON.parse(stdout.trim().split('\n').at(-1))
}
