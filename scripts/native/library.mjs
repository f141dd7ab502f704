/**
 * TensorFlow's library folder in the cache: pinned wheels fetched by pip, unpacked in the layout of site-packages (the CUDA build looks
 * for NVIDIA's libraries beside itself). The folder grows under another name, wheel by wheel, and gets its own when it is whole; an
 * interrupted set-up goes on at the wheel where it stopped.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { moveFolder, readNote, writeNote } from '../setup/files.mjs'
import { runTool } from '../setup/run-tool.mjs'
import { lastLine, megabytes, meter, say } from '../setup/say.mjs'
import { Cause } from './cause.mjs'
import { python } from './machine.mjs'

const unpacker = fileURLToPath(new URL('unpack.py', import.meta.url))

/** Name of the folder for a kind's wheels: versions, and enough of the sums to tell one pinning from another. */
export function libraryName(kind, wheels) {
  return `${kind}-${wheels[0].version}-${wheels[0].platform.replace(/^.*?_(x86_64|aarch64)$/, '$1')}-${wheels.map((w) => w.sha256.slice(0, 2)).join('')}`
}

/**
 * @param {string} cache
 * @param {string} name libraryName's
 * @param {{package: string, version: string, platform: string, bytes: number, sha256: string, keep: string[]}[]} wheels
 * @returns {Promise<string>} the folder with tensorflow/ (and nvidia/) in it
 */
export async function ensureLibrary(cache, name, wheels) {
  const whole = join(cache, name)
  if (existsSync(whole)) return whole
  const growing = join(cache, `${name}.partial`)
  const notes = join(growing, 'done.json')
  mkdirSync(growing, { recursive: true })
  const done = new Set(readNote(notes) ?? [])
  for (const [index, wheel] of wheels.entries()) {
    if (done.has(wheel.sha256)) continue
    const label = `${wheel.package} ${wheel.version}${wheels.length > 1 ? ` (${index + 1} of ${wheels.length})` : ''}`
    const file = await download(wheel, join(cache, 'downloads'), label)
    await unpack(file, growing, wheel.keep, label)
    writeNote(notes, [...done.add(wheel.sha256)])
    rmSync(file, { force: true })
  }
  rmSync(join(cache, 'downloads'), { recursive: true, force: true })
  moveFolder(growing, whole)
  return whole
}

/** Fetches one wheel; pip checks the sum, also of a file that an earlier try left there. */
async function download(wheel, folder, label) {
  const temporary = join(folder, 'tmp')
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(temporary, { recursive: true })
  const requirements = join(folder, 'wheel.txt')
  writeFileSync(requirements, `${wheel.package}==${wheel.version} --hash=sha256:${wheel.sha256}\n`)
  const draw = meter(label, wheel.bytes)
  draw(0)
  const watch = setInterval(() => draw(largestFile(temporary) * 0.999), 250)
  const { code, stderr } = await runTool(python() ?? 'python3', [
    '-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--progress-bar', 'off', '--disable-pip-version-check', '--retries', '3',
    '--implementation', 'cp', '--python-version', '3.12', '--platform', wheel.platform, '--require-hashes', '-r', requirements, '-d', folder,
  ], { env: { TMPDIR: temporary } })
  clearInterval(watch)
  if (code !== 0) throw new Cause('download_failed', { problem: pipFault(stderr) })
  draw(wheel.bytes)
  rmSync(temporary, { recursive: true, force: true })
  const file = readdirSync(folder).find((name) => name.endsWith('.whl') && name.startsWith(`${wheel.package.replaceAll('-', '_')}-${wheel.version}-`))
  if (!file) throw new Cause('download_failed', { problem: { code: 'setup_no_wheel', values: { package: wheel.package, folder } } })
  return join(folder, file)
}

/** pip's last word on a missing network is that there is no such package; its warnings before tell the truth. */
function pipFault(stderr) {
  const unreachable = /NewConnectionError|Name or service not known|Temporary failure in name resolution|ConnectTimeout|ReadTimeout|ProxyError/.exec(stderr)
  return unreachable ? { code: 'setup_unreachable', values: { reason: unreachable[0] } } : lastLine(stderr)
}

async function unpack(file, folder, keep, label) {
  say(`  unpacking ${label} (${megabytes(statSync(file).size)})`)
  const { code, stderr } = await runTool(python() ?? 'python3', [unpacker, file, folder, ...keep])
  if (code !== 0) throw new Cause('download_failed', { problem: { code: 'setup_unpack', values: { file: label, reason: lastLine(stderr) } } })
}

/** Size of the largest file under a folder: the wheel that pip is writing. */
function largestFile(folder) {
  const sizes = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return largestFile(path)
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0
  })
  return Math.max(0, ...sizes)
}
