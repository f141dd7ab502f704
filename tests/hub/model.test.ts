/** Models fetched from a hub on loopback: only the files that a model needs, into the caches that the hubs' own tools read, and what is refused. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkAddress } from '@/hub/address'
import { fetchModel, heldModel, modelFolder } from '@/hub/model'
import { lookAtModel } from '@/hub/model-card'
import { patience } from '@/hub/request'
import { UserError } from '@/lib/errors'
import type { FetchProgress } from '@/lib/hub/download'
import type { ModelRef } from '@/lib/hub/ref'
import { sentence } from '@/lib/messages'
import { commitOf, openFakeHub, type FakeHub, type FakeRepo } from '@/tests/hub/fake-hub'

const config = JSON.stringify({ architectures: ['LlamaForCausalLM'] })
const shard = (letter: string) => letter.repeat(400_000)
const [first, second] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
const index = (files: string[]) => JSON.stringify({ metadata: {}, weight_map: Object.fromEntries(files.map((file, i) => [`t${i}`, file])) })
const weights = { 'model.safetensors.index.json': index([first, second]), [first]: shard('a'), [second]: shard('b') }
const needed = ['config.json', 'generation_config.json', 'chat_template.jinja', 'tokenizer.json', 'tokenizer_config.json', ...Object.keys(weights)]

const repos = (): Record<string, FakeRepo> => ({
  'org/large': {
    files: {
      ...weights, 'config.json': config, 'generation_config.json': '{}', 'tokenizer.json': '{}', 'tokenizer_config.json': '{}', 'chat_template.jinja': '{{ messages }}',
      'README.md': '# Large', 'pytorch_model.bin': 'pickle', 'modeling_large.py': 'import os', 'training_args.bin': 'pickle', 'original/params.json': '{}', 'onnx/model.onnx': 'x', 'consolidated.safetensors': 'again',
    },
    lfs: [first, second],
  },
  'org/pickled': { files: { 'config.json': config, 'pytorch_model.bin': 'pickle', 'tokenizer.json': '{}' } },
  'org/ggufs': { files: { 'model-q4.gguf': 'x', 'config.json': config } },
  'org/words': { files: { 'README.md': 'no model' } },
  'org/torn': { files: { 'config.json': config, 'model.safetensors.index.json': index([first, '../../../x.safetensors']), [first]: 'a' } },
  'org/gated': { files: { 'config.json': config, 'model.safetensors': 'w' }, gated: true },
})

let hub: FakeHub
let folder: string
const before = { ...process.env }
const quick = { patience: { ...patience, first_ms: 5, silence_ms: 400 } }
const ref = (more: Partial<ModelRef> = {}): ModelRef => ({ hub: 'huggingface', model: 'org/large', revision: null, ...more })
const fetchQuick = (wanted: ModelRef, progress: (now: FetchProgress) => void = () => {}) => fetchModel(wanted, quick, progress)

beforeEach(async () => {
  hub = await openFakeHub({}, repos())
  folder = mkdtempSync(path.join(os.tmpdir(), 'tuneboard-hub-'))
  for (const name of ['HF_TOKEN', 'HF_HUB_OFFLINE', 'HF_HUB_CACHE', 'HF_TOKEN_PATH', 'MODELSCOPE_API_TOKEN', 'USE_MODELSCOPE_HUB']) delete process.env[name]
  Object.assign(process.env, { HF_ENDPOINT: hub.url, MODELSCOPE_ENDPOINT: hub.url, HF_HOME: path.join(folder, 'hf'), MODELSCOPE_CACHE: path.join(folder, 'ms'), TUNEBOARD_CACHE: path.join(folder, 'own') })
})
afterEach(async () => {
  await hub.close()
  rmSync(folder, { recursive: true, force: true })
  process.env = { ...before }
})

async function faultOf(work: () => unknown) {
  const error = await Promise.resolve().then(work).then(() => null, (thrown: unknown) => thrown)
  if (!(error instanceof UserError)) throw new Error(`no fault, but ${String(error)}`)
  for (const locale of ['en', 'zh'] as const) expect(sentence(error.fault, locale)).not.toMatch(/\{\w+\}/)
  return error.fault
}

describe('a model of a hub', () => {
  test('comes with what it needs, weights last, and with nothing else', async () => {
    const seen = new Set<string>()
    await fetchQuick(ref(), ({ file }) => file !== null && seen.add(file))
    const snapshot = path.join(folder, 'hf/hub/models--org--large/snapshots', commitOf(hub.models['org/large']))
    expect(readdirSync(snapshot).sort()).toEqual([...needed].sort())
    expect(modelFolder('org/large')).toBe(snapshot)
    expect([...seen].slice(-3)).toEqual(['model.safetensors.index.json', first, second])
    expect(hub.seen.map(({ url }) => decodeURIComponent(url)).filter((url) => /\.bin|\.py|original|onnx|consolidated|README/.test(url))).toEqual([])
  })

  test('is not taken for whole before its last shard is there, and goes on where it was', async () => {
    expect((await faultOf(() => modelFolder('org/large'))).code).toBe('model_not_here')
    hub.trouble = (request, server) => (server !== 'content' || !request.url?.includes(encodeURIComponent(second)) ? null : request.headers.range === undefined ? { break_after: 250_000 } : { break_after: 0 })
    expect(await faultOf(() => fetchQuick(ref()))).toMatchObject({ code: 'hub_transfer_broken', values: { path: second } })
    expect(heldModel(ref())).toBeNull()
    hub.trouble = () => null
    hub.seen.length = 0
    await fetchQuick(ref())
    expect(hub.seen.filter(({ server }) => server === 'content').map(({ range }) => range)).toEqual([expect.stringMatching(/^bytes=[1-9]\d+-$/)])
    expect(heldModel(ref())).not.toBeNull()
  })

  test('tells its size, the room for it, and whether it can be run, before it is fetched', async () => {
    const card = await lookAtModel(ref(), quick)
    expect(card).toMatchObject({ page: `${hub.url}/org/large`, files: needed.length, architecture: 'LlamaForCausalLM', family: 'llama' })
    expect(card.bytes).toBeGreaterThan(800_000)
    expect(card.here).toBeLessThan(1000)
    expect(card.free).toBeGreaterThan(card.bytes)
    await fetchQuick(ref())
    const after = await lookAtModel(ref(), quick)
    expect(after.here).toBe(after.bytes)
  })

  test.each([
    ['org/pickled', { code: 'hub_no_safetensors', values: { found: '.bin' } }],
    ['org/ggufs', { code: 'hub_no_safetensors', values: { found: '.gguf' } }],
    ['org/words', { code: 'hub_no_model' }],
    ['org/torn', { code: 'hub_model_incomplete', values: { path: '../../../x.safetensors' } }],
    ['org/gated', { code: 'hub_gated', values: { variable: 'HF_TOKEN' } }],
    ['org/larg', { code: 'hub_missing_near', values: { nearest: 'org/large' } }],
  ])('%s is refused with its reason', async (model, fault) => {
    expect(await faultOf(() => fetchQuick(ref({ model })))).toMatchObject(fault)
    expect(hub.seen.filter(({ url }) => /pytorch_model|gguf$/.test(url))).toEqual([])
    expect(existsSync(path.join(folder, 'x.safetensors'))).toBe(false)
  })

  test('HF_HUB_OFFLINE: what other tools left is used, the rest is said at once', async () => {
    process.env.HF_HUB_OFFLINE = '1'
    expect(await faultOf(() => fetchQuick(ref()))).toMatchObject({ code: 'hub_offline' })
    const snapshot = path.join(folder, 'hf/hub/models--org--foreign/snapshots/0123')
    mkdirSync(snapshot, { recursive: true })
    mkdirSync(path.join(folder, 'hf/hub/models--org--foreign/refs'))
    writeFileSync(path.join(folder, 'hf/hub/models--org--foreign/refs/main'), '0123')
    writeFileSync(path.join(snapshot, 'config.json'), config)
    expect(heldModel(ref({ model: 'org/foreign' }))).toBeNull()
    writeFileSync(path.join(snapshot, 'model.safetensors'), 'w')
    expect(modelFolder('org/foreign')).toBe(snapshot)
    expect(hub.seen).toEqual([])
  })

  test('a folder of that name comes first', () => {
    mkdirSync(path.join(folder, 'org/large'), { recursive: true })
    const here = process.cwd()
    process.chdir(folder)
    try {
      expect(modelFolder('org/large')).toBe('org/large')
    } finally {
      process.chdir(here)
    }
  })
})

describe('ModelScope', () => {
  test('keeps models where its own tools look for them', async () => {
    await fetchQuick(ref({ hub: 'modelscope' }))
    const snapshot = path.join(folder, 'ms/models/org--large/snapshots/master')
    expect(readdirSync(snapshot).sort()).toEqual([...needed].sort())
    expect(modelFolder('org/large')).toBe(snapshot)
  })

  test.each(['models/org/small-1___5', 'hub/models/org/small-1___5'])('and where they looked in former times: %s', (place) => {
    const at = path.join(folder, 'ms', place)
    mkdirSync(at, { recursive: true })
    writeFileSync(path.join(at, 'config.json'), config)
    writeFileSync(path.join(at, 'model.safetensors'), 'w')
    expect(modelFolder('org/small-1.5')).toBe(at)
  })
})

describe('addresses', () => {
  test('of a hub must be https, or this machine', async () => {
    for (const endpoint of ['http://hub.example', 'ftp://hub.example', 'http://169.254.169.254']) {
      process.env.HF_ENDPOINT = endpoint
      expect(await faultOf(() => fetchQuick(ref())), endpoint).toMatchObject({ code: 'hub_address_unsafe', values: { variable: 'HF_ENDPOINT' } })
    }
  })

  test('a hub of the network does not lead to this machine, nor out of https', async () => {
    process.env.HF_ENDPOINT = 'https://hub.example'
    for (const url of ['http://127.0.0.1:7860/api/state', 'https://localhost/x', 'https://[::1]/x', 'http://cdn.example/x', 'file:///etc/passwd']) expect((await faultOf(() => checkAddress(url, 'huggingface'))).code, url).toBe('hub_address_unsafe')
    expect(() => checkAddress('https://cdn.example/x', 'huggingface')).not.toThrow()
  })

  test('a redirect that leads astray is not followed, and one without end ends', async () => {
    hub.trouble = (request, server) => (server === 'hub' && request.url?.includes('/resolve/') ? { status: 302, headers: { Location: 'http://metadata.example/secret' } } : null)
    expect(await faultOf(() => fetchQuick(ref()))).toMatchObject({ code: 'hub_address_unsafe', values: { url: 'http://metadata.example' } })
    hub.trouble = (request) => ({ status: 302, headers: { Location: request.url ?? '' } })
    expect(await faultOf(() => fetchQuick(ref()))).toMatchObject({ code: 'hub_failed', values: { status: 302 } })
    expect(hub.seen.length).toBeLessThan(20)
  })
})
