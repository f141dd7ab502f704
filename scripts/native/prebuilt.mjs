/** The second choice: the library and addon that tfjs-node's own install script downloads (TensorFlow 2.9 or older, CUDA 11). */
import { existsSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { root } from '../setup/paths.mjs'
import { runTool } from '../setup/run-tool.mjs'
import { lastLine, say } from '../setup/say.mjs'
import { addonPackage, addonPlace } from './addon.mjs'
import { Cause } from './cause.mjs'

/** @returns {Promise<string>} the addon, in node_modules */
export async function installPrebuilt(withGpu) {
  say('  trying the prebuilt library of tfjs-node')
  // A link into the cache must go first: the script would write through it.
  rmSync(addonPlace, { force: true })
  const { code, stdout, stderr } = await runTool(process.execPath, ['scripts/install.js', withGpu ? 'gpu' : 'cpu', 'download'], {
    cwd: addonPackage, env: { PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}` },
  })
  if (code !== 0 || !existsSync(addonPlace)) throw new Cause('prebuilt_failed', { problem: lastLine(`${stdout}\n${stderr}`) })
  return addonPlace
}
