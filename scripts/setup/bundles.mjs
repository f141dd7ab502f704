/**
 * The programs that are built from TypeScript: one table, one bundle each in dist/, rebuilt when a file that went into it has another
 * content. Dynamic imports become chunks of their own, so that a light command loads little. Packages stay outside, but for those of many files that every start loads.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fingerprint, inputsAreUnchanged, noteInputs } from './fingerprint.mjs'
import { writeWhole } from './files.mjs'
import { dist, root, state } from './paths.mjs'
import { Failure } from './say.mjs'

/** Name of the bundle (dist/<name>.mjs) → its entry. */
export const bundles = {
  server: 'server/index.ts',
  trainer: 'trainer/index.ts',
  tokens: 'trainer/tokens/worker.ts',
  conform: 'conform/index.ts',
  bench: 'bench/index.ts',
  starter: 'tools/starter/index.ts',
  latency: 'tools/latency.ts',
  large: 'tools/large.ts',
  environment: 'tools/environment.ts',
}

/** Node takes a third less time for them as part of a bundle: there is nothing to find. */
const inside = new Set(['fastest-levenshtein', 'jsonc-parser', 'socket.io', 'yaml', 'zod'])
const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
/** TensorFlow's packages know each other by what each has registered: there may be only one of each. */
const outside = ['@tensorflow/*', ...Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !inside.has(name))]
/** Of packages in the old syntax, for Node's own modules. */
const requireFirst = "import { createRequire as tuneboardRequire } from 'node:module'; const require = tuneboardRequire(import.meta.url);"

const own = join(root, 'scripts', 'setup', 'bundles.mjs')
const noteOf = (name) => join(state, 'bundles', `${name}.json`)
export const bundleFile = (name) => join(dist, `${name}.mjs`)

export function bundleIsFresh(name) {
  return existsSync(bundleFile(name)) && inputsAreUnchanged(noteOf(name), root)
}

export async function buildBundle(name) {
  const entry = join(root, bundles[name])
  if (!existsSync(entry)) throw new Failure(`${bundles[name]}, from which ${relative(root, bundleFile(name))} is built, is missing; restore it from the repository.`)
  const built = await compile(name, entry)
  const sources = Object.keys(built.metafile.inputs).filter((path) => !path.startsWith('node_modules/'))
  const inputs = [own, join(root, 'package-lock.json'), ...sources.map((path) => resolve(root, path))].sort()
  // Before writing: a source edited meanwhile makes this bundle stale, not fresh.
  const result = fingerprint(root, inputs)
  rmSync(noteOf(name), { force: true })
  const chunksFirst = built.outputFiles.toSorted((a, b) => Number(a.path === bundleFile(name)) - Number(b.path === bundleFile(name)))
  for (const file of chunksFirst) writeWhole(file.path, file.contents)
  noteInputs(noteOf(name), root, inputs, result)
  removeOldChunks(name, new Set(built.outputFiles.map((file) => file.path)))
}

async function compile(name, entry) {
  const { build, stop } = await import('esbuild')
  try {
    return await build({
      entryPoints: { [name]: entry },
      absWorkingDir: root,
      outdir: dist,
      chunkNames: `chunks/${name}-[name]-[hash]`,
      outExtension: { '.js': '.mjs' },
      bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20.9', external: outside, mainFields: ['module', 'main'], banner: { js: requireFirst },
      alias: { '@': root },
      write: false, metafile: true, logLevel: 'silent', legalComments: 'none',
    })
  } catch (error) {
    const [first] = error.errors ?? []
    if (!first) throw error
    throw new Failure(`${bundles[name]} cannot be built: ${first.text} (${first.location ? `${first.location.file}:${first.location.line}` : 'no place given'}).`, 1)
  } finally {
    // Its service would stay beside the server that this process becomes.
    await stop()
  }
}

/** A program that started before may still load its own chunks later, so they stay for a week. */
function removeOldChunks(name, current) {
  const folder = join(dist, 'chunks')
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(folder)) {
    const path = join(folder, file)
    if (!file.startsWith(`${name}-`) || current.has(path)) continue
    if (Date.now() - statSync(path).mtimeMs > 7 * 24 * 3600_000) rmSync(path, { force: true })
  }
}
