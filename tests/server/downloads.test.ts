/** What a browser may keep: one file as it is, an adapter or an export as a ZIP; nothing from outside a run's or an export's folder, and none without the guard. */
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { get as httpGet } from 'node:http'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fromBuffer } from 'yauzl'
import { exportFileHref, exportFolderHref, runAdapterHref } from '@/lib/downloads'
import type { Board } from '@/server/board'
import { call, get, openTestBoard, removeHome, temporaryHome, until } from './harness'

let home: string
let board: Board

beforeEach(async () => {
  process.env.FAKE_STEP_MS = '5'
  home = temporaryHome()
  board = await openTestBoard(home)
})
afterEach(async () => {
  await board.close()
  removeHome(home)
})

const fetched = (href: string, init?: RequestInit) => fetch(`http://127.0.0.1:${board.port}${href}`, init)

/** The files of a ZIP with their texts, read by another library than the one that writes them. */
const unzipped = (bytes: Buffer) =>
  new Promise<Record<string, string>>((resolve, reject) => {
    const found: Record<string, string> = {}
    fromBuffer(bytes, { lazyEntries: true }, (fault, zip) => {
      if (fault) return reject(fault)
      zip.on('entry', (entry: { fileName: string }) => {
        zip.openReadStream(entry as Parameters<typeof zip.openReadStream>[0], (refused, stream) => {
          if (refused) return reject(refused)
          const parts: Buffer[] = []
          stream.on('data', (part: Buffer) => parts.push(part)).on('error', reject).on('end', () => {
            found[entry.fileName] = Buffer.concat(parts).toString()
            zip.readEntry()
          })
        })
      })
      zip.on('end', () => resolve(found)).on('error', reject).readEntry()
    })
  })

async function archive(href: string): Promise<{ name: string | null; files: Record<string, string> }> {
  const response = await fetched(href)
  const bytes = Buffer.from(await response.arrayBuffer())
  expect(Number(response.headers.get('content-length'))).toBe(bytes.length)
  return { name: response.headers.get('content-disposition'), files: await unzipped(bytes) }
}

function fill(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
}

test('an adapter comes with its tokenizer and without what only the training needs, a checkpoint’s too', async () => {
  const run = path.join(home, 'saves/model/lora/mine')
  const adapter = { 'adapter_config.json': '{"base_model_name_or_path":"m"}', 'adapter_model.safetensors': 'weights', 'tokenizer.json': '{}' }
  fill(run, { ...adapter, 'trainer_log.jsonl': '{"current_steps":1,"total_steps":1}\n', 'optimizer.safetensors': 'state', 'vocab.json': '' })
  fill(path.join(run, 'checkpoint-7'), { ...adapter, 'adapter_model.safetensors': 'earlier' })
  await until(async () => (await get(board.port, 'runs', {})).some(({ id }) => id === 'model/lora/mine'), 'the run')
  expect(await archive(runAdapterHref('model/lora/mine', null))).toEqual({ name: "attachment; filename*=UTF-8''mine.zip", files: { ...adapter, 'vocab.json': '' } })
  expect(await archive(runAdapterHref('model/lora/mine', 'checkpoint-7'))).toEqual({ name: "attachment; filename*=UTF-8''mine-checkpoint-7.zip", files: { ...adapter, 'adapter_model.safetensors': 'earlier' } })
  for (const [id, checkpoint] of [['model/lora/mine', 'checkpoint-8'], ['model/lora/mine', '../mine'], ['no/such/run', null]] as const) {
    expect((await fetched(runAdapterHref(id, checkpoint))).status).toBe(404)
  }
})

/** An export that was made into a folder of the home. */
async function exported(name: string): Promise<{ id: string; folder: string }> {
  const folder = path.join(home, 'out', name)
  const options = { format: 'merged' as const, gguf_type: 'f16' as const, verify: false, hub_private: true }
  const { id } = await get(board.port, 'export_start', { args: { model_name_or_path: path.join(home, 'model'), export_dir: folder }, options })
  await until(async () => (await fetched(exportFileHref(id, 'words.txt'))).ok, 'the export')
  return { id, folder }
}

test('an export comes file by file or whole, of any name and size, and nothing that lies outside it', async () => {
  const { id, folder } = await exported('merged 模型')
  const files = { 'model.safetensors': 'x'.repeat(3_000_000), 'sub/größe.txt': 'ü', empty: '' }
  fill(folder, files)
  writeFileSync(path.join(home, 'secret'), 'no')
  const whole = await archive(exportFolderHref(id))
  expect(whole.name).toBe(`attachment; filename*=UTF-8''${encodeURIComponent('merged 模型.zip')}`)
  expect(whole.files).toMatchObject(files)
  expect(Object.keys(whole.files).sort()).toEqual([...Object.keys(files), 'words.txt'].sort())
  expect(await (await fetched(exportFileHref(id, 'sub/größe.txt'))).text()).toBe('ü')
  symlinkSync(path.join(home, 'secret'), path.join(folder, 'link'))
  for (const name of ['link', '../../secret', 'nothing', 'sub', '']) expect((await fetched(exportFileHref(id, name))).status, name).toBe(404)
  expect((await fetched(exportFolderHref(id))).status).toBe(404)
  expect((await fetched(exportFolderHref('../x'))).status).toBe(404)
  expect((await fetched(exportFolderHref(id), { method: 'POST' })).status).toBe(404)
})

test('a folder that has been led out of the allowed ones since is refused, and so is a page from elsewhere', async () => {
  const { id, folder } = await exported('moved')
  expect((await fetched(exportFolderHref(id), { headers: { Origin: 'http://elsewhere.example' } })).status).toBe(403)
  renameSync(folder, `${folder}-away`)
  symlinkSync('/etc', folder)
  for (const href of [exportFolderHref(id), exportFileHref(id, 'hostname')]) {
    const refused = await fetched(href)
    expect([refused.status, await refused.text()]).toEqual([404, expect.stringContaining(folder)])
  }
  expect(await call(board.port, 'export_forget', { id })).toMatchObject({ ok: true })
  expect((await fetched(exportFolderHref(id))).status).toBe(404)
})

test('one who breaks off leaves a server that answers', async () => {
  const { id, folder } = await exported('large')
  fill(folder, { 'a.bin': 'x'.repeat(30_000_000), 'b.bin': 'y'.repeat(30_000_000) })
  await new Promise<void>((done) => {
    const request = httpGet({ port: board.port, host: '127.0.0.1', path: exportFolderHref(id) }, (response) => response.once('data', () => request.destroy()))
    request.on('close', done).on('error', () => undefined)
  })
  expect(Object.keys((await archive(exportFolderHref(id))).files)).toContain('b.bin')
})
