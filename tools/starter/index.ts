/**
 * `npm run starter -- [datasets] [tokenizer] [train] [exam]`: makes the starter model and the datasets again, from nothing but seeds.
 * Without arguments it does all four, in this order. Run from the checkout's root.
 */
import { makeDatasets } from '@/tools/starter/make-datasets'
import { makeTokenizer } from '@/tools/starter/make-tokenizer'

const steps: Record<string, () => void | Promise<void>> = {
  datasets: makeDatasets,
  tokenizer: makeTokenizer,
}

async function run(names: string[]): Promise<void> {
  const unknown = names.find((name) => !(name in steps))
  if (unknown !== undefined) throw new Error(`no step "${unknown}"; the steps are ${Object.keys(steps).join(', ')}`)
  for (const name of names.length > 0 ? names : Object.keys(steps)) await steps[name]()
}

await run(process.argv.slice(2))
