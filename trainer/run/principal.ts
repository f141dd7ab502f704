/** What a PiSSA run begins as, beside its output from the first moment on (`pissa_init`), and what it leaves for the base as it is (`pissa_converted`). */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { runFiles } from '@/lib/run'
import { fileTensors, readAdapter, writeAdapter } from '@/trainer/adapter/adapter'
import { adapterChanges } from '@/trainer/adapter/changed'
import { converted, plainAdapters, principalOf, principalParts, type Principal } from '@/trainer/adapter/pissa'
import { savedAtStart } from '@/trainer/adapter/saved'
import type { EngineSpec } from '@/trainer/engine/types'
import type { Run } from '@/trainer/run/types'

const initialOf = ({ output_dir }: Run): string => path.join(output_dir, runFiles.pissaInit)

/** Where the engine begins; null when it was stopped meanwhile. Of a run that is no such, what is known anyway. */
export async function principalStart(run: Run): Promise<Pick<EngineSpec, 'adapter' | 'without'> | null> {
  const { adapter: settings, ground, args, base, report } = run
  if (!settings?.pissa || !args.do_train) return { adapter: ground.adapter }
  const { config, specs, merged } = ground
  const model = args.model_name_or_path ?? ''
  const stand = { model, config, beneath: plainAdapters(merged, config, model) }
  const going = ground.resume?.folder ?? ground.adapter
  const began = performance.now()
  const found = going === null ? await inSteps(principalParts({ settings, specs }, stand), run) : principalOf(going, readAdapter(going, config), stand)
  if (found === null) return null
  mkdirSync(initialOf(run), { recursive: true })
  const saved = found.saved.length > 0 ? found.saved : savedAtStart(ground.saved, model, config, stand.beneath.map((one) => adapterChanges(one)))
  writeAdapter(initialOf(run), { ...settings, pissa: null, base_model_name_or_path: base }, fileTensors({ ...found, saved }))
  report.text(`The principal parts of ${specs.length} linears are taken out of the base (${((performance.now() - began) / 1000).toFixed(1)} s): ${initialOf(run)}`)
  return { adapter: ground.adapter ?? initialOf(run), without: initialOf(run) }
}

/** Tells how much is done, and lets signals in. */
async function inSteps(steps: Generator<number, Principal>, { report, stop }: Run): Promise<Principal | null> {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    report.state.change({ phase_share: value })
    await new Promise<void>((resolve) => setImmediate(resolve))
    if (stop.signal !== null) return null
  }
}

/** pissa_convert: the adapter that lies in `output_dir`, for the base itself. */
export function writeConverted(run: Run): void {
  const { args, adapter, ground, output_dir, report } = run
  if (!args.pissa_convert || !adapter?.pissa) return
  const plain = converted(readAdapter(output_dir, ground.config), readAdapter(initialOf(run), ground.config), ground.config)
  const folder = path.join(output_dir, runFiles.pissaConverted)
  writeAdapter(folder, plain.settings, fileTensors(plain))
  report.text(`The adapter as a plain one of rank ${plain.settings.rank}: ${folder}`)
}
