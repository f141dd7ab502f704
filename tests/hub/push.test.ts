/** Sending an export to a hub on loopback, with Hugging Face's own client for JavaScript: what arrives, and what is said when it cannot. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pushFolder } from '@/hub/push'
import { checkPush } from '@/hub/push-check'
import { UserError } from '@/lib/errors'
import { openFakeHub, type FakeHub } from '@/tests/hub/fake-hub'

let hub: FakeHub
let folder: string
const before = { ...process.env }
const weights = Buffer.alloc(3_000_000, 7)

beforeEach(async () => {
  hub = await openFakeHub({}, { 'me/there': { files: { 'README.md': '# There\n' }, lfs: [] } })
  folder = mkdtempSync(path.join(os.tmpdir(), 'tuneboard-push-'))
  writeFileSync(path.join(folder, 'config.json'), '{}\n')
  writeFileSync(path.join(folder, 'model.safetensors'), weights)
  for (const name of ['HF_HUB_OFFLINE', 'HF_DATASETS_OFFLINE', 'TRANSFORMERS_OFFLINE', 'HF_TOKEN_PATH']) delete process.env[name]
  Object.assign(process.env, { HF_ENDPOINT: hub.url, HF_TOKEN: hub.token, HF_HOME: folder })
})
afterEach(async () => {
  await hub.close()
  rmSync(folder, { recursive: true, force: true })
  process.env = { ...before }
})

const push = (id: string, token: string | null = null, progress: (share: number) => void = () => undefined) => pushFolder({ folder, id, isPrivate: true, token }, progress)

test('makes a private repository and sends small files in the commit, large ones by LFS, saying how far it is', async () => {
  const shares: number[] = []
  expect(await push('me/tuned', null, (share) => shares.push(share))).toBe(`${hub.url}/me/tuned`)
  const repo = hub.models['me/tuned']
  expect(repo).toMatchObject({ private: true, lfs: ['model.safetensors'] })
  expect(Buffer.from(repo.files['model.safetensors']).equals(weights)).toBe(true)
  expect(repo.files['config.json'].toString()).toBe('{}\n')
  expect(shares[0]).toBe(0)
  expect(shares.at(-1)).toBe(1)
  expect(shares).toEqual([...shares].sort((a, b) => a - b))
  // The content server is another's; the token is not for it.
  expect(hub.seen.filter(({ server }) => server === 'content').map(({ authorization }) => authorization)).toEqual([undefined])
})

test('adds to a repository that is there, with the token of the configuration before that of the environment', async () => {
  process.env.HF_TOKEN = 'hf_old'
  await push('me/there', 'hf_right')
  expect(Object.keys(hub.models['me/there'].files).sort()).toEqual(['README.md', 'config.json', 'model.safetensors'])
})

const faultOf = async (work: () => unknown) => {
  try {
    await work()
  } catch (error) {
    if (error instanceof UserError) return error.fault
    throw error
  }
  throw new Error('nothing was thrown')
}

test('names what is wrong before anything is written', async () => {
  expect(await faultOf(() => checkPush('tuned'))).toMatchObject({ code: 'export_push_name', values: { id: 'tuned' } })
  delete process.env.HF_TOKEN
  expect(await faultOf(() => checkPush('me/tuned'))).toMatchObject({ code: 'export_push_token', values: { variable: 'HF_TOKEN', tokens: `${hub.url}/settings/tokens` } })
  process.env.HF_HUB_OFFLINE = '1'
  expect(await faultOf(() => checkPush('me/tuned', 'hf_x'))).toMatchObject({ code: 'export_push_offline', values: { variable: 'HF_HUB_OFFLINE' } })
  expect(() => checkPush(null)).not.toThrow()
})

test('says where the export lies when the hub refuses or cannot be reached, and never the token', async () => {
  const refused = [await faultOf(() => push('me/tuned', 'hf_wrong')), await faultOf(() => push('strangers/tuned'))]
  expect(refused).toMatchObject([{ code: 'export_push_refused', values: { status: 401, path: folder } }, { code: 'export_push_refused', values: { status: 403, id: 'strangers/tuned' } }])
  hub.trouble = (request) => (request.method === 'PUT' ? { status: 507 } : null)
  expect(await faultOf(() => push('me/tuned'))).toMatchObject({ code: 'export_push_failed', values: { problem: 'HTTP 507' } })
  process.env.HF_ENDPOINT = 'http://127.0.0.1:9'
  const gone = await faultOf(() => push('me/tuned'))
  expect(gone).toMatchObject({ code: 'export_push_failed', values: { path: folder } })
  expect(JSON.stringify([...refused, gone])).not.toMatch(/hf_wrong|hf_right/)
})

test('stops where it is told to', async () => {
  await expect(push('me/tuned', null, (share) => { if (share > 0) throw new Error('stop') })).rejects.toThrow('stop')
  expect(hub.models['me/tuned'].files).toEqual({})
})
