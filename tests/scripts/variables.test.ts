/** What a runtime's variables become in an environment, and that a program which needs a library path is started with it. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { environment } from '@/scripts/native/runtime.mjs'
import { hasLibraries, withRuntime } from '@/scripts/setup/variables.mjs'
import { temporaryFolder } from '@/tests/scripts/temporary'

const needed = { LD_LIBRARY_PATH: '/n/cublas/lib:/n/cusolver/lib', NVIDIA_TF32_OVERRIDE: '0' }

describe('withRuntime', () => {
  it("puts the runtime's libraries before the user's and leaves the user's other values", () => {
    expect(withRuntime(needed, { LD_LIBRARY_PATH: '/opt/lib', NVIDIA_TF32_OVERRIDE: '1', HOME: '/h', GONE: undefined })).toEqual({
      LD_LIBRARY_PATH: '/n/cublas/lib:/n/cusolver/lib:/opt/lib', NVIDIA_TF32_OVERRIDE: '1', HOME: '/h',
    })
  })

  it('changes nothing the second time', () => {
    const once = withRuntime(needed, { LD_LIBRARY_PATH: '/opt/lib' })
    expect(hasLibraries(needed, once)).toBe(true)
    expect(withRuntime(needed, once)).toEqual(once)
    expect(hasLibraries(needed, { LD_LIBRARY_PATH: '/n/cublas/lib' })).toBe(false)
    expect(hasLibraries({}, {})).toBe(true)
  })
})

it('names the folders of libraries that a CUDA runtime has', () => {
  const library = temporaryFolder()
  for (const folder of ['cusolver/lib', 'cublas/lib', 'cuda_nvcc/bin']) mkdirSync(join(library, 'nvidia', folder), { recursive: true })
  const env = environment('cuda', library) as Record<string, string>
  expect(env.LD_LIBRARY_PATH).toBe(`${library}/nvidia/cublas/lib:${library}/nvidia/cusolver/lib`)
  expect(env.XLA_FLAGS).toContain(`--xla_gpu_cuda_data_dir=${library}/nvidia/cuda_nvcc`)
  expect(env.NVIDIA_TF32_OVERRIDE).toBe('0')
  expect(environment('cpu', library)).toEqual({})
})

it('goes on in a process that was started with the path, and ends as that one does', () => {
  const folder = temporaryFolder()
  const inner = join(folder, 'inner.mjs')
  writeFileSync(inner, 'console.log(process.env.LD_LIBRARY_PATH, process.argv[2]); process.exit(3)')
  const outer = join(folder, 'outer.mjs')
  const module = join(import.meta.dirname, '..', '..', 'scripts', 'setup', 'variables.mjs')
  writeFileSync(outer, `import { goOn, withRuntime } from ${JSON.stringify(module)}\nawait goOn([${JSON.stringify(inner)}, 'x y'], withRuntime({ LD_LIBRARY_PATH: '/n' }, process.env))`)
  const { stdout, status } = spawnSync(process.execPath, [outer], { encoding: 'utf8', env: { ...process.env, LD_LIBRARY_PATH: '' } })
  expect(stdout).toBe('/n x y\n')
  expect(status).toBe(3)
})
