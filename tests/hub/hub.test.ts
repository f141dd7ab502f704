/** Datasets fetched from a hub on loopback: the protocols, the caches, and everything that goes wrong on the way. */
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fetchDataset, lookUp } from '@/hub/dataset'
import { heldFiles } from '@/hub/held'
import { patience } from '@/hub/request'
import { UserError } from '@/lib/errors'
import type { FetchProgress } from '@/lib/hub/download'
import type { DatasetRef } from '@/lib/hub/ref'
import { sentence } from '@/lib/messages'
import { commitOf, gitSha1, openFakeHub, sha256, type FakeHub } from '@/tests/hub/fake-hub'

const rows = (count: number) => Array.from({ length: count }, (_, i) => JSON.stringify({ instruction: `question ${i}`, output: `answer ${i}` })).join('\n') + '\n'
const big = rows(60_000)

let hub: FakeHub
let folder: string
const before = { ...process.env }
const quick = { patience: { ...patience, first_ms: 5, silence_ms: 400 } }

beforeEach(async () => {
  hub = await openFakeHub({
    'org/notes': { files: { '.gitattributes': '', 'README.md': '# Notes\n', 'train.jsonl': big, 'test.jsonl': rows(3) }, lfs: ['train.jsonl'], downloads: 12 },
    'org/gated': { files: { 'train.jsonl': rows(2) }, gated: true },
    'org/secret': { files: { 'train.jsonl': rows(2) }, private: true },
    'org/evil': { files: { '../../escape.jsonl': rows(1) } },
  })
  folder = mkdtempSync(path.join(os.tmpdir(), 'tuneboard-hub-'))
  for (const name of ['HF_TOKEN', 'HF_HUB_OFFLINE', 'HF_HUB_CACHE', 'HF_TOKEN_PATH', 'MODELSCOPE_API_TOKEN', 'XDG_CACHE_HOME']) delete process.env[name]
  Object.assign(process.env, { HF_ENDPOINT: hub.url, MODELSCOPE_ENDPOINT: hub.url, HF_HOME: path.join(folder, 'hf'), MODELSCOPE_CACHE: path.join(folder, 'ms'), TUNEBOARD_CACHE: path.join(folder, 'own') })
})

afterEach(async () => {
  await hub.close()
  rmSync(folder, { recursive: true, force: true })
  process.env = { ...before }
})

const ref = (more: Partial<DatasetRef> = {}): DatasetRef => ({ hub: 'huggingface', id: 'org/notes', revision: null, subset: null, split: 'train', folder: null, ...more })
const fetchQuick = (wanted: DatasetRef, progress: (now: FetchProgress) => void = () => {}, signal?: AbortSignal) => fetchDataset(wanted, { ...quick, signal }, progress)

async function faultOf(work: Promise<unknown>) {
  const error = await work.then(() => null, (thrown: unknown) => thrown)
  if (!(error instanceof UserError)) throw new Error(`no fault, but ${String(error)}`)
  expect(sentence(error.fault, 'en')).not.toMatch(/\{\w+\}/)
  expect(sentence(error.fault, 'zh')).not.toMatch(/\{\w+\}/)
  return error.fault
}

const contents = (files: string[] | null) => files?.map((file) => readFileSync(file, 'utf8'))
const contentRequests = () => hub.seen.filter(({ server }) => server === 'content')

describe('Hugging Face', () => {
  test('fetches a split by pages, redirects and ranges, into the cache that its own tools read', async () => {
    const seen: FetchProgress[] = []
    expect(heldFiles(ref())).toBeNull()
    await fetchQuick(ref(), (now) => seen.push(now))
    expect(contents(heldFiles(ref()))).toEqual([big])
    const repo = path.join(folder, 'hf/hub/datasets--org--notes')
    const commit = commitOf(hub.datasets['org/notes'])
    expect(readFileSync(path.join(repo, 'refs/main'), 'utf8')).toBe(commit)
    expect(readdirSync(path.join(repo, 'snapshots', commit)).sort()).toEqual(['README.md', 'train.jsonl'])
    expect(readlinkSync(path.join(repo, 'snapshots', commit, 'train.jsonl'))).toBe(`../../blobs/${sha256(Buffer.from(big))}`)
    expect(readdirSync(path.join(repo, 'blobs')).sort()).toEqual([sha256(Buffer.from(big)), gitSha1(Buffer.from('# Notes\n'))].sort())
    expect(seen.at(-1)).toEqual({ file: null, files: 1, files_done: 1, bytes: big.length, total: big.length })
    expect(seen.some(({ bytes }) => bytes > 0 && bytes < big.length)).toBe(true)
  })

  test('asks for nothing that is here, and for all of it when the hub has something new', async () => {
    await fetchQuick(ref())
    const before = contentRequests().length
    await fetchQuick(ref())
    expect(contentRequests().length).toBe(before)
    hub.datasets['org/notes'].files['train.jsonl'] = rows(5)
    expect(contents(heldFiles(ref()))).toEqual([big])
    await fetchQuick(ref())
    expect(contents(heldFiles(ref()))).toEqual([rows(5)])
  })

  test('a transfer that breaks goes on where it was, five times over', async () => {
    let breaks = 0
    hub.trouble = (request, server) => (server === 'content' && breaks++ < 5 ? { break_after: 200_000 } : null)
    await fetchQuick(ref())
    expect(contents(heldFiles(ref()))).toEqual([big])
    const starts = contentRequests().map(({ range }) => Number(/\d+/.exec(range ?? '0')?.[0]))
    expect(starts.at(-1)).toBeGreaterThan(200_000)
  })

  test('what a broken transfer left is kept, and another process goes on with it', async () => {
    hub.trouble = (request, server) => (server !== 'content' ? null : request.headers.range === undefined ? { break_after: 500_000 } : { break_after: 0 })
    expect(await faultOf(fetchQuick(ref()))).toMatchObject({ code: 'hub_transfer_broken', values: { path: 'train.jsonl' } })
    const blobs = path.join(folder, 'hf/hub/datasets--org--notes/blobs')
    const left = readdirSync(blobs).find((name) => name.endsWith('.incomplete')) ?? ''
    const bytes = readFileSync(path.join(blobs, left))
    rmSync(path.join(blobs, left))
    writeFileSync(path.join(blobs, left.replace(/\.\d+\.incomplete$/, '.4194000.incomplete')), bytes) // a process that is gone
    hub.trouble = () => null
    hub.seen.length = 0
    await fetchQuick(ref())
    expect(contents(heldFiles(ref()))).toEqual([big])
    expect(contentRequests().map(({ range }) => range)).toEqual([`bytes=${bytes.length}-`])
  })

  test('a hub that ignores the range sends it whole, and that is what is kept', async () => {
    let first = true
    hub.trouble = (request, server) => {
      if (server !== 'content') return null
      const trouble = first ? { break_after: 300_000 } : { whole: true as const }
      first = false
      return trouble
    }
    await fetchQuick(ref())
    expect(contents(heldFiles(ref()))).toEqual([big])
  })

  test('damaged content is fetched once more, and never kept', async () => {
    const damaged = Buffer.from(big)
    damaged[1000] ^= 1
    let sent = 0
    hub.trouble = (request, server) => (server === 'content' && sent++ === 0 ? { content: damaged } : null)
    await fetchQuick(ref())
    expect(contents(heldFiles(ref()))).toEqual([big])
    rmSync(path.join(folder, 'hf'), { recursive: true })
    hub.trouble = (request, server) => (server === 'content' ? { content: damaged } : null)
    expect(await faultOf(fetchQuick(ref()))).toMatchObject({ code: 'hub_checksum' })
    expect(heldFiles(ref())).toBeNull()
  })

  test('waits as long as a 429 says, and tries a 503 again', async () => {
    const answers = [{ status: 429, headers: { 'Retry-After': '0' } }, { status: 503 }, { status: 429, headers: { 'Retry-After': '0' } }]
    hub.trouble = () => answers.pop() ?? null
    await fetchQuick(ref())
    expect(contents(heldFiles(ref()))).toEqual([big])
    hub.trouble = () => ({ status: 429, headers: { 'Retry-After': '3600' } })
    expect(await faultOf(fetchQuick(ref()))).toMatchObject({ code: 'hub_busy', values: { seconds: 3600 } })
    hub.trouble = () => ({ status: 502 })
    expect(await faultOf(fetchQuick(ref()))).toMatchObject({ code: 'hub_failed', values: { status: 502 } })
  })

  test('the token goes to the hub, and not to where it redirects', async () => {
    process.env.HF_TOKEN = hub.token
    await fetchQuick(ref())
    expect(hub.seen.filter(({ server }) => server === 'hub').every(({ authorization }) => authorization === `Bearer ${hub.token}`)).toBe(true)
    expect(contentRequests().every(({ authorization }) => authorization === undefined)).toBe(true)
  })

  test('names what keeps a dataset closed, and what to do', async () => {
    const gated = await faultOf(fetchQuick(ref({ id: 'org/gated' })))
    expect(gated).toMatchObject({ code: 'hub_gated', values: { page: `${hub.url}/datasets/org/gated`, tokens: `${hub.url}/settings/tokens`, variable: 'HF_TOKEN' } })
    expect(await faultOf(fetchQuick(ref({ id: 'org/secret' })))).toMatchObject({ code: 'hub_private' })
    expect(await faultOf(fetchQuick(ref({ id: 'org/note' })))).toMatchObject({ code: 'hub_missing_near', values: { nearest: 'org/notes' } })
    expect(await faultOf(fetchQuick(ref({ revision: 'v9' })))).toMatchObject({ code: 'hub_revision_missing' })
    process.env.HF_TOKEN = 'hf_wrong'
    expect(await faultOf(fetchQuick(ref()))).toMatchObject({ code: 'hub_token_refused' })
    process.env.HF_TOKEN = hub.token
    await fetchQuick(ref({ id: 'org/gated' }))
    await fetchQuick(ref({ id: 'org/secret' }))
  })

  test('reads the token of `hf auth login`', async () => {
    const file = path.join(folder, 'token')
    writeFileSync(file, `${hub.token}\n`)
    process.env.HF_TOKEN_PATH = file
    await fetchQuick(ref({ id: 'org/secret' }))
    expect(heldFiles(ref({ id: 'org/secret' }))).toHaveLength(1)
  })

  test('without a network it says so at once', async () => {
    const gone = await openFakeHub({})
    await gone.close()
    process.env.HF_ENDPOINT = gone.url
    const begun = Date.now()
    expect(await faultOf(fetchDataset(ref(), {}, () => {}))).toMatchObject({ code: 'hub_unreachable', values: { problem: { code: 'hub_denied' }, variable: 'HF_ENDPOINT' } })
    process.env.HF_ENDPOINT = 'https://hub.invalid'
    expect(await faultOf(fetchDataset(ref(), {}, () => {}))).toMatchObject({ code: 'hub_unreachable' })
    expect(Date.now() - begun).toBeLessThan(15_000)
  })

  test('a hub that falls silent is not waited for', async () => {
    hub.trouble = () => ({ hang: true })
    expect(await faultOf(fetchQuick(ref()))).toMatchObject({ code: 'hub_unreachable', values: { problem: { code: 'hub_silent', values: { seconds: 0.4 } } } })
  })

  test('something that is no hub is named', async () => {
    hub.trouble = () => ({ status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>Log in to the network</html>' })
    expect(await faultOf(fetchQuick(ref()))).toMatchObject({ code: 'hub_answer_strange' })
    hub.trouble = () => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"sha": 5}' })
    expect(await faultOf(fetchQuick(ref()))).toMatchObject({ code: 'hub_answer_strange', values: { variable: 'HF_ENDPOINT' } })
  })

  test('stops when it is told to, and goes on later', async () => {
    const stop = new AbortController()
    hub.trouble = (request, server) => (server === 'content' ? { break_after: 400_000 } : null)
    const work = fetchQuick(ref(), ({ bytes }) => bytes > 0 && stop.abort(), stop.signal)
    await expect(work).rejects.toThrow(/abort/i)
    expect(heldFiles(ref())).toBeNull()
    hub.trouble = () => null
    await fetchQuick(ref())
    expect(contents(heldFiles(ref()))).toEqual([big])
  })

  test('two who want the same rows share one transfer', async () => {
    await Promise.all([fetchQuick(ref()), fetchQuick(ref()), lookUp('huggingface', 'org/notes', null, null, quick)])
    expect(contents(heldFiles(ref()))).toEqual([big])
    expect(contentRequests()).toHaveLength(1)
  })

  test('a cache that cannot be written is named', async () => {
    writeFileSync(path.join(folder, 'hf'), 'a file where the cache should be')
    expect(await faultOf(fetchQuick(ref()))).toMatchObject({ code: 'folder_unwritable', values: { problem: { code: 'system_file' } } })
  })

  test('a file that would lie outside the cache is refused', async () => {
    expect(await faultOf(fetchQuick(ref({ id: 'org/evil' })))).toMatchObject({ code: 'hub_path_unsafe', values: { path: '../../escape.jsonl' } })
    expect(readdirSync(folder).sort()).not.toContain('escape.jsonl')
  })

  test('names a split that is not there', async () => {
    expect(await faultOf(fetchQuick(ref({ split: 'dev' })))).toMatchObject({ code: 'hub_split_missing', values: { splits: 'train, test' } })
    expect(await faultOf(fetchQuick(ref({ subset: 'zh' })))).toMatchObject({ code: 'hub_subset_missing' })
  })

  test('HF_HUB_OFFLINE: what is here is used, nothing is asked for', async () => {
    await fetchQuick(ref())
    rmSync(path.join(folder, 'own'), { recursive: true }) // as if another tool had fetched it
    expect(heldFiles(ref())).toBeNull()
    process.env.HF_HUB_OFFLINE = '1'
    hub.seen.length = 0
    expect(contents(heldFiles(ref()))).toEqual([big])
    expect(await faultOf(fetchQuick(ref({ id: 'org/gated' })))).toMatchObject({ code: 'hub_offline', values: { variable: 'HF_HUB_OFFLINE' } })
    expect(hub.seen).toEqual([])
  })
})

describe('ModelScope', () => {
  const there = ref({ hub: 'modelscope' })

  test('fetches a split into the cache that its own tools read', async () => {
    await fetchQuick(there)
    expect(contents(heldFiles(there))).toEqual([big])
    const place = path.join(folder, 'ms/datasets/org--notes/snapshots/master/train.jsonl')
    expect(lstatSync(place).isFile()).toBe(true)
  })

  test('sees that a branch has moved, though the file has kept its size', async () => {
    await fetchQuick(there)
    const changed = big.replace('question 7', 'question X')
    hub.datasets['org/notes'].files['train.jsonl'] = changed
    await fetchQuick(there)
    expect(contents(heldFiles(there))).toEqual([changed])
  })

  test('resumes, and names what is missing', async () => {
    let breaks = 0
    hub.trouble = (request, server) => (server === 'content' && breaks++ < 2 ? { break_after: 200_000 } : null)
    await fetchQuick(there)
    expect(contents(heldFiles(there))).toEqual([big])
    hub.trouble = () => null
    expect(await faultOf(fetchQuick(ref({ hub: 'modelscope', id: 'org/note' })))).toMatchObject({ code: 'hub_missing_near', values: { hub: 'ModelScope', nearest: 'org/notes' } })
  })
})

test('a dataset shows its card, subsets and splits before it is fetched', async () => {
  hub.datasets['org/notes'].files['README.md'] = '---\nconfigs:\n- config_name: all\n  data_files:\n  - split: fit\n    path: "*.jsonl"\n---\n# Notes\n'
  const { card, configs } = await lookUp('huggingface', 'org/notes', null, null, quick)
  expect(card.body.trim()).toBe('# Notes')
  expect(configs).toEqual([{ name: 'all', is_default: true, splits: [{ name: 'fit', files: ['test.jsonl', 'train.jsonl'] }] }])
  expect(contentRequests()).toEqual([])
})
