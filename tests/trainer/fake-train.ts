/**
 * The command `train` with the fake engine in place of TensorFlow: run as a program (a bundle that the test makes) it takes the same words.
 * Its two parameters travel in the first numbers of a real adapter, so that checkpoints are real ones.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { startingAdapter } from '@/trainer/adapter/starting'
import type { Engine, EngineSpec } from '@/trainer/engine/types'
import { sayFailure, sayFaults } from '@/trainer/say'
import { train } from '@/trainer/run/train'
import { fakeEngine } from './fake-engine'

/** An engine whose updates take `ms`, with the adapter of `spec` as its files' contents. */
export function adapterEngine(spec: EngineSpec, ms = 0): Engine {
  const engine = fakeEngine({ before: () => sleep(ms).then(() => undefined) })
  if (spec.lora === null) throw new Error('the fake engine trains adapters only')
  const { tensors } = startingAdapter({ ...spec, lora: spec.lora })
  return {
    ...engine,
    async readTrainable() {
      const [{ data }] = await engine.readTrainable()
      tensors[0].data.set(data)
      return tensors
    },
    async writeState([first], optimizer) {
      await engine.writeState([{ name: 'w', shape: [2, 3], data: first.data.slice(0, 6) }], optimizer)
    },
  }
}

if (process.argv[1]?.includes('fake-train')) {
  try {
    const ms = Number(process.env.FAKE_STEP_MS ?? 0)
    process.exitCode = await train(process.argv.slice(2), async (spec) => adapterEngine(spec, ms))
  } catch (error) {
    process.exitCode = (await sayFaults(error)) ? 2 : await sayFailure(error)
  }
}
