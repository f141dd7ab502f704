/** The library folder: fetched wheel by wheel, whole or absent, and continued where it stopped. pip is replaced by a program that copies small wheels. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { ensureLibrary, libraryName } from '@/scripts/native/library.mjs'
import { findTool } from '@/scripts/setup/run-tool.mjs'
import { libraries } from '@/scripts/native/pins.mjs'
import { temporaryFolder } from '@/tests/scripts/temporary'

const realPython = findTool(['python3'])
const realPath = process.env.PATH
afterEach(() => { process.env.PATH = realPath })

const wheel = (name: string) => ({
  package: name, version: '1.0', platform: 'manylinux_2_27_x86_64', bytes: 100, sha256: `${name}-sum`, keep: [`${name}/lib/`],
})

/** A `python3` that logs the wheels asked of pip and copies them from `shelf`; anything else goes to the real one. */
function fakePip(folder: string): { calls: () => string[] } {
  const log = join(folder, 'calls')
  mkdirSync(join(folder, 'bin'))
  mkdirSync(join(folder, 'shelf'))
  writeFileSync(log, '')
  writeFileSync(join(folder, 'bin/python3'), `#!/bin/bash
if [ "$2" != pip ]; then exec ${realPython} "$@"; fi
while [ $# -gt 1 ]; do case "$1" in -r) list="$2";; -d) into="$2";; esac; shift; done
name=$(cut -d = -f 1 "$list"); echo "$name" >> ${log}
cp "${folder}/shelf/$name-1.0-py3-none-any.whl" "$into/" || { echo "ERROR: no such wheel: $name." >&2; exit 1; }
`)
  chmodSync(join(folder, 'bin/python3'), 0o755)
  process.env.PATH = `${join(folder, 'bin')}:${realPath}`
  return { calls: () => readFileSync(log, 'utf8').trim().split('\n') }
}

function putOnShelf(folder: string, name: string): void {
  execFileSync(realPython ?? 'python3', ['-c', `
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1], 'w')
i = zipfile.ZipInfo('${name}/lib/tool'); i.external_attr = 0o755 << 16
z.writestr(i, 'tool of ${name}'); z.writestr('${name}/lib/static.a', 'x'); z.writestr('${name}/docs', 'x'); z.close()`,
  join(folder, `shelf/${name}-1.0-py3-none-any.whl`)])
}

it.skipIf(!realPython)('goes on where an interrupted set-up stopped, and is never there by half', async () => {
  const folder = temporaryFolder()
  const pip = fakePip(folder)
  const cache = join(folder, 'cache')
  const wheels = [wheel('one'), wheel('two')]
  putOnShelf(folder, 'one')
  await expect(ensureLibrary(cache, 'lib', wheels)).rejects.toMatchObject({ cause: { code: 'download_failed', values: { problem: 'no such wheel: two' } } })
  expect(existsSync(join(cache, 'lib'))).toBe(false)

  putOnShelf(folder, 'two')
  expect(await ensureLibrary(cache, 'lib', wheels)).toBe(join(cache, 'lib'))
  expect(await ensureLibrary(cache, 'lib', wheels)).toBe(join(cache, 'lib'))
  expect(pip.calls()).toEqual(['one', 'two', 'two'])
  expect(readFileSync(join(cache, 'lib/two/lib/tool'), 'utf8')).toBe('tool of two')
  expect(statSync(join(cache, 'lib/one/lib/tool')).mode & 0o111).not.toBe(0)
  for (const left of ['lib/one/docs', 'lib/one/lib/static.a', 'lib.partial', 'downloads']) expect(existsSync(join(cache, left))).toBe(false)
})

it.skipIf(!realPython)('says so when a wheel is damaged', async () => {
  const folder = temporaryFolder()
  fakePip(folder)
  writeFileSync(join(folder, 'shelf/one-1.0-py3-none-any.whl'), 'not a zip')
  const failed = ensureLibrary(join(folder, 'cache'), 'lib', [wheel('one')])
  await expect(failed).rejects.toMatchObject({ cause: { code: 'download_failed', values: { problem: { code: 'setup_unpack', values: { file: 'one 1.0' } } } } })
  rmSync(join(folder, 'cache'), { recursive: true })
})

it('names a folder by kind, version, machine and sums', () => {
  const names = Object.entries(libraries).map(([key, wheels]) => libraryName(key.split('-')[0], wheels))
  expect(names[0]).toMatch(/^cpu-2\.21\.0-x86_64-[0-9a-f]{2}$/)
  expect(new Set(names).size).toBe(names.length)
})
