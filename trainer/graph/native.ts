/**
 * Loads tfjs-node's native backend. Leaves out how its addon got there (scripts/native) and which runtime is chosen (trainer/engine/runtime.ts).
 */
import { createRequire } from 'node:module'
import util from 'node:util'
import { setFusedKernels, setTileUnit } from '@/trainer/ops/fused'
import { existsSync } from 'node:fs'
import type { Runtime } from '@/lib/runtime'
import { readRuntime } from '@/trainer/runtime-file'
import type { KernelBackend, Tensor } from '@tensorflow/tfjs-core'

/** A value of a SavedModel's input, by the name of its node in the graph. */
export interface NativeInputInfo {
  name: string
  tfDtype?: string
}

/** The part of tfjs-node's backend that a session uses; shapes and dtypes are those of the tensors given. */
export interface NativeBackend extends KernelBackend {
  loadSavedModelMetaGraph(path: string, tags: string): number
  deleteSavedModel(id: number): void
  runSavedModel(id: number, inputs: Tensor[], infos: NativeInputInfo[], outputs: string[]): Tensor[]
  binding: { TF_Version: string }
}

type Tfjs = typeof import('@tensorflow/tfjs-core')

let loaded: { tf: Tfjs; backend: NativeBackend } | null = null

/**
 * The native backend and the TF.js that it registered itself with (the same module instance that the model code imports).
 * @throws plain Error when the addon is missing or does not load; the caller decides what runs instead.
 */
export function loadNative(): { tf: Tfjs; backend: NativeBackend } {
  if (loaded) return loaded
  // tfjs-node 4.22 calls these; Node 23 removed them and Node 22 warns on each first use.
  Object.assign(util, { isNullOrUndefined: (x: unknown) => x === null || x === undefined, isArray: Array.isArray })
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  // On by default; saying so keeps TensorFlow from announcing it.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1'
  // On the processor kernels follow one another, each with all threads of its own (native/team.h): a second one beside it would only be in the way, of its
  // caches too. TensorFlow asks once, when it is loaded.
  const runtime = readRuntime()
  if (runtime?.kind !== 'cuda') process.env.TF_NUM_INTEROP_THREADS ??= '1'
  const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu') as Tfjs
  loaded = { tf, backend: tf.findBackend('tensorflow') as NativeBackend }
  const ops = ownKernels(runtime)
  if (ops !== null) {
    const { tiles } = createRequire(import.meta.url)(ops) as { tiles?: boolean }
    setFusedKernels(true)
    setTileUnit(tiles === true)
  }
  return loaded
}

/** Where the set-up put our own kernels; null where they did not compile, or when TUNEBOARD_OPS is empty (to run on TensorFlow's alone). */
function ownKernels(runtime: Runtime | null): string | null {
  if (process.env.TUNEBOARD_OPS !== undefined) return process.env.TUNEBOARD_OPS || null
  return runtime?.ops && existsSync(runtime.ops) ? runtime.ops : null
}
