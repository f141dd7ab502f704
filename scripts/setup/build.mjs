/** Builds what is asked for, or everything, where it is stale. */
import { bundles } from './bundles.mjs'
import { prepare } from './prepare.mjs'
import { Failure } from './say.mjs'

export async function build(names) {
  const known = [...Object.keys(bundles), 'page']
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Failure(`There is nothing called "${unknown}" to build; there are ${known.join(', ')}.`)
  const wanted = names.length > 0 ? names : known
  await prepare({ bundles: wanted.filter((name) => name !== 'page'), page: wanted.includes('page') })
}
