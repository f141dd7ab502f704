/**
 * The npm packages: there or not, the ones of package-lock.json or not, and `npm ci` when not. npm's own record of what it installed
 * (node_modules/.package-lock.json) is the truth; a stamp spares reading it on every start.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprint } from './fingerprint.mjs'
import { readNote, writeNote } from './files.mjs'
import { root } from './paths.mjs'
import { runTool } from './run-tool.mjs'
import { Failure, lastLine, say } from './say.mjs'

/** True when node_modules holds what the lock file names. */
export function packagesAreInstalled(base = root) {
  const lockFile = join(base, 'package-lock.json')
  const stampFile = join(base, 'node_modules', '.tuneboard.json')
  const wanted = fingerprint(base, [lockFile])
  if (readNote(stampFile)?.lock === wanted) return true
  const installed = readNote(join(base, 'node_modules', '.package-lock.json'))
  if (!installed || missingPackages(JSON.parse(readFileSync(lockFile, 'utf8')), installed).length > 0) return false
  writeNote(stampFile, { lock: wanted })
  return true
}

/** Paths of the packages of `lock` that `installed` (npm's record) lacks or has in another version. Optional ones may be of other systems. */
export function missingPackages(lock, installed) {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && !(entry.optional && !installed.packages[path]))
    .filter(([path, entry]) => installed.packages[path]?.version !== entry.version)
    .map(([path]) => path)
}

/** `npm ci` without install scripts: the only one that matters, tfjs-node's, is replaced by scripts/native. */
export async function installPackages() {
  say(`  ${Object.keys(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages).length - 1} packages`)
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { code, stderr } = await runTool(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root })
  if (code === 127) throw new Failure('npm was not found beside Node; install Node from https://nodejs.org, which brings it, and run this again.')
  if (code !== 0) throw new Failure(installFault(stderr))
  if (!packagesAreInstalled()) throw new Failure('npm ci ended well, but node_modules is not what package-lock.json names; delete node_modules and run this again.')
}

function installFault(stderr) {
  const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET|network/.exec(stderr)
  if (unreachable) return `The npm registry cannot be reached (${unreachable[0]}); connect this machine to the network and run this again.`
  if (/ENOSPC/.test(stderr)) return `The disk that holds ${root} is full; free about 1 GB and run this again.`
  return `npm ci failed: ${lastLine(stderr)}; run "npm ci" to see all of it.`
}
