/** The page, built by Next.js into .next/ when a file of it has another content. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { compressTexts } from './compress.mjs'
import { filesUnder, fingerprint } from './fingerprint.mjs'
import { readNote, writeNote } from './files.mjs'
import { root, state } from './paths.mjs'
import { runAtOnce } from './run-at-once.mjs'
import { runTool } from './run-tool.mjs'
import { Failure } from './say.mjs'

const sources = ['app', 'components', 'lib', 'public', 'next.config.js', 'next.config.mjs', 'next.config.ts', 'postcss.config.mjs', 'package-lock.json', 'scripts/setup/run-at-once.mjs']
const note = join(state, 'page.json')

const pageFingerprint = () => fingerprint(root, filesUnder(sources.map((name) => join(root, name))))

export function pageIsFresh() {
  return existsSync(join(root, '.next', 'BUILD_ID')) && readNote(note)?.result === pageFingerprint()
}

export async function buildPage() {
  const result = pageFingerprint()
  rmSync(note, { force: true })
  const next = join(root, 'node_modules', 'next', 'dist', 'bin', 'next')
  const { code, stdout, stderr } = await runTool(process.execPath, [next, 'build'], {
    cwd: root, env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
  })
  if (code !== 0) {
    // Next keeps what failed in its cache, a package that was missing included: the next try begins anew.
    rmSync(join(root, '.next'), { recursive: true, force: true })
    throw new Failure(`${stdout}${stderr}\nThe page cannot be built: see next build's messages above.`, 1)
  }
  runAtOnce(join(root, '.next', 'static'))
  await compressTexts(join(root, '.next', 'static'))
  writeNote(note, { result })
}
