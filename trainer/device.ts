/**
 * Which implementation computes on this machine: the recorded graph where the set-up found something native, else the eager one on WASM.
 * Nothing of either is loaded before it is asked for. What the set-up found is `.tuneboard/runtime.json`.
 */
import type { RuntimeKind } from '@/lib/runtime'
import type { Engine, EngineSpec, Generator, GeneratorSpec } from '@/trainer/engine/types'
import { readRuntime } from '@/trainer/runtime-file'

/** WASM computes in float32 only, on one thread. */
export const isWasm = (kind: RuntimeKind | undefined = readRuntime()?.kind): boolean => kind === 'wasm'

export async function startWasm(): Promise<void> {
  const [{ setBackend }] = await Promise.all([import('@tensorflow/tfjs-core'), import('@tensorflow/tfjs-backend-wasm')])
  if (!(await setBackend('wasm'))) throw new Error('the WASM backend of TF.js does not start')
}

/** Eager engines read checkpoints only; random weights are for benchmarks, and adapters of their own for the graph's. */
function folder(weights: EngineSpec['weights']): string {
  if (typeof weights !== 'string') throw new Error('random weights need the native runtime')
  return weights
}

/** @param wasm in place of what the set-up found (tests) */
export async function createEngine(spec: EngineSpec, wasm = isWasm()): Promise<Engine> {
  if (!wasm) return (await import('@/trainer/engine/engine')).createEngine(spec)
  await startWasm()
  return (await import('@/trainer/model/eager')).createEagerEngine({ ...spec, weights: folder(spec.weights) })
}

export async function createGenerator(spec: GeneratorSpec, wasm = isWasm()): Promise<Generator> {
  if (!wasm) return (await import('@/trainer/engine/generator')).createGenerator(spec)
  await startWasm()
  const { weights, adapters } = spec
  if ('random' in adapters) throw new Error('random adapters need the native runtime')
  return (await import('@/trainer/model/eager-generator')).createEagerGenerator({ ...spec, weights: folder(weights), adapters })
}
