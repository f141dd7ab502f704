/** The description of the runtime: its file, its sentences in every language, and the kernels' key. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { translate } from '@/lib/messages'
import { locales } from '@/lib/messages/locales'
import { describeRuntime, runtimeSchema, type Runtime } from '@/lib/runtime'
import { opsFingerprint, opsSources } from '@/scripts/native/ops.mjs'
import { findTool } from '@/scripts/setup/run-tool.mjs'
import { lastLine } from '@/scripts/setup/say.mjs'
import { runtimeFile } from '@/scripts/setup/paths.mjs'
import { temporaryFolder } from '@/tests/scripts/temporary'

const cpu: Runtime = { key: 'k', kind: 'cpu', tensorflow: '2.21.0', binding: '/b', ops: null, env: {}, causes: [{ code: 'no_gpu', values: {} }] }

describe('describeRuntime', () => {
  it('says what runs, why, and what would be better', () => {
    expect(describeRuntime(cpu, translate('en'))).toEqual({
      name: 'TensorFlow 2.21.0, processor',
      reason: 'No NVIDIA GPU answers (nvidia-smi), so TensorFlow runs on the processor.',
      better: 'An NVIDIA GPU with its driver would train many times faster; with one, run "npm run runtime".',
    })
  })

  it('joins the causes and fills their values', () => {
    const causes: Runtime['causes'] = [{ code: 'no_compiler', values: {} }, { code: 'prebuilt_failed', values: { problem: 'the host cannot be reached' } }]
    const words = describeRuntime({ ...cpu, kind: 'wasm', tensorflow: null, binding: null, causes }, translate('en'))
    expect(words.name).toBe('WebAssembly')
    expect(words.reason).toContain('the host cannot be reached.')
    expect(words.better).toMatch(/^Install a C\+\+ compiler .*"npm run runtime"\.$/)
  })

  it('says in the reader’s language what went wrong, too', () => {
    const causes: Runtime['causes'] = [{ code: 'download_failed', values: { problem: { code: 'setup_unreachable', values: { reason: 'ConnectTimeout' } } } }]
    const failed = runtimeSchema.parse({ ...cpu, kind: 'wasm', causes })
    expect(describeRuntime(failed, translate('en')).reason).toBe('TensorFlow could not be downloaded: the Python package index cannot be reached (ConnectTimeout).')
    expect(describeRuntime(failed, translate('zh')).reason).toContain('无法连接 Python 软件包索引（ConnectTimeout）')
  })

  it.each(locales)('has words in %s for every problem that the set-up can name', (locale) => {
    const text = ['library.mjs', 'runtime.mjs'].map((file) => readFileSync(new URL(`../../scripts/native/${file}`, import.meta.url), 'utf8')).join('')
    const codes = [...text.matchAll(/code: '(setup_\w+)'/g)].map(([, code]) => code)
    expect(new Set(codes).size).toBeGreaterThanOrEqual(5)
    for (const code of codes) expect(translate(locale).problems).toHaveProperty(code)
  })

  it('has nothing better to say for a GPU in use', () => {
    expect(describeRuntime({ ...cpu, kind: 'cuda', causes: [{ code: 'gpu_used', values: { gpu: 'NVIDIA H100' } }] }, translate('en')).better).toBeNull()
  })

  it('does not pass over a cause without a text', () => {
    expect(() => describeRuntime({ ...cpu, causes: [{ code: 'no_such', values: {} }] }, translate('en'))).toThrow('no text for the runtime\'s cause "no_such"')
  })

  it.each(locales)('has a sentence in %s for every cause that the set-up can name', (locale) => {
    const named = ['cause.mjs', 'compile.mjs', 'library.mjs', 'prebuilt.mjs', 'runtime.mjs', 'addon.mjs', 'ops.mjs']
      .map((file) => readFileSync(new URL(`../../scripts/native/${file}`, import.meta.url), 'utf8'))
      .flatMap((text) => [...text.matchAll(/(?:new Cause\(|code: |asCause\(error, )'(\w+)'/g)].map((match) => match[1]))
    expect(named.length).toBeGreaterThan(8)
    const { why, better } = translate(locale).runtime
    for (const code of named) if (!code.startsWith('setup_')) expect(Object.keys(why)).toContain(code) // those are parts of sentences, see below
    expect(Object.keys(better)).toEqual(Object.keys(why))
  })
})

it.skipIf(!existsSync(runtimeFile))('writes a file that the server and the trainer can read', () => {
  expect(runtimeSchema.parse(JSON.parse(readFileSync(runtimeFile, 'utf8'))).kind).toMatch(/cuda|cpu|prebuilt|wasm/)
})

it('compiles kernels anew when a source or a header changes', () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'a.cc'), 'int a;')
  writeFileSync(join(folder, 'a.h'), '')
  writeFileSync(join(folder, 'notes.md'), 'x')
  expect(opsSources(folder)).toEqual([join(folder, 'a.cc'), join(folder, 'a.h')])
  const before = opsFingerprint(folder)
  writeFileSync(join(folder, 'notes.md'), 'y')
  expect(opsFingerprint(folder)).toBe(before)
  writeFileSync(join(folder, 'a.h'), 'int b;')
  expect(opsFingerprint(folder)).not.toBe(before)
})

it('finds a tool on the search path, the first name first', () => {
  expect(findTool(['no-such-tool', 'node'], `/nowhere:${join(process.execPath, '..')}`)).toBe(process.execPath)
  expect(findTool(['no-such-tool'])).toBeNull()
})

it.each([
  ['a\nERROR: no space left on device.\nb\n', 'no space left on device'],
  ['Error: getaddrinfo ENOTFOUND host\n    at emitErrorCloseNT (node:internal)\n', 'getaddrinfo ENOTFOUND host'],
  ['one\ntwo\n\n', 'two'],
  ['', 'no output'],
])('of %j it repeats what went wrong', (output, line) => expect(lastLine(output)).toBe(line))
