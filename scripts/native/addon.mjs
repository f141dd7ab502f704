/** tfjs-node's addon: compiled from the sources in its npm package against the library folder, kept in the cache, linked into node_modules. */
import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { filesUnder, fingerprint } from '../setup/fingerprint.mjs'
import { linkWhole, moveFolder } from '../setup/files.mjs'
import { root } from '../setup/paths.mjs'
import { say } from '../setup/say.mjs'
import { compile, linkArguments, nodeApiHeaders } from './compile.mjs'

export const addonPackage = join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu')
/** Where tfjs-node looks for its addon. */
export const addonPlace = join(addonPackage, 'lib', 'napi-v8', 'tfjs_binding.node')

/** What Node loads: it loads the compiled binding without TensorFlow's chatter. */
const quiet = fileURLToPath(new URL('quiet.cc', import.meta.url))
const flags = ['-O2', '-std=c++17', '-shared', '-fPIC', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding']

/** @returns {Promise<string>} the compiled addon in the cache */
export async function ensureAddon(cache, library) {
  const sources = filesUnder([join(addonPackage, 'binding')])
  const folder = join(cache, `addon-${fingerprint(addonPackage, [...sources, quiet], library, flags, process.arch).slice(0, 16)}`)
  const addon = join(folder, 'tfjs_binding.node')
  if (existsSync(addon)) return addon
  say(`  compiling tfjs-node's binding`)
  const growing = `${folder}.partial-${process.pid}`
  mkdirSync(growing, { recursive: true })
  try {
    await compile([
      ...flags, `-I${addonPackage}`, `-I${join(library, 'tensorflow', 'include')}`, `-I${nodeApiHeaders}`,
      ...sources.filter((path) => path.endsWith('.cc')), '-o', join(growing, 'tfjs_tensorflow.node'), ...linkArguments(library),
    ], 'compile_failed')
    await compile([...flags, `-I${nodeApiHeaders}`, quiet, '-o', join(growing, 'tfjs_binding.node'), '-ldl'], 'compile_failed')
    moveFolder(growing, folder)
  } finally {
    rmSync(growing, { recursive: true, force: true })
  }
  return addon
}

export function linkAddon(addon) {
  linkWhole(addon, addonPlace)
}

/** True when tfjs-node would load `addon`; false after an npm ci or a cleared cache. */
export function addonIsLinked(addon) {
  try {
    return realpathSync(addonPlace) === realpathSync(addon)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    return false
  }
}

