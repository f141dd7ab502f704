/** Uploads by tus, byte for byte as a browser sends them, into a home of its own; rows are read by the inspect worker's own code. */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { numberedName, safeFileName } from '@/lib/datasets/names'
import { fittingName } from '@/lib/datasets/sniff'
import { uploadLimit } from '@/lib/datasets/upload'
import { UserError, type Fault } from '@/lib/errors'
import type { Inspect } from '@/server/workers/inspect'
import { openUploads, type Uploads } from '@/server/datasets/uploads'
import { inspectAnswer } from '@/trainer/inspect/inspect'
import { openTestBoard, removeHome, temporaryHome } from './harness'

let home: string
let server: http.Server
let url: string
let uploads: Uploads

const inspect = {
  async ask(name: 'examine', request: never) {
    const answer = await inspectAnswer({ id: 1, name, request })
    if (!answer.ok) throw new UserError(answer.fault.code, answer.fault.values, answer.fault.field)
    return answer.value
  },
} as unknown as Inspect

const open = () => {
  uploads = openUploads(home, inspect)
}
const at = (...parts: string[]) => path.join(home, 'uploads', ...parts)
const files = () => (existsSync(at()) ? readdirSync(at()).filter((name) => !name.startsWith('.')).toSorted() : [])

beforeEach(async () => {
  home = temporaryHome()
  open()
  server = http.createServer((request, response) => void uploads.handle(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
  removeHome(home)
})

const tus = { 'Tus-Resumable': '1.0.0' }
const base64 = (text: string) => Buffer.from(text).toString('base64')

const create = (name: string, size: number) =>
  fetch(`${url}/uploads`, { method: 'POST', headers: { ...tus, 'Upload-Length': String(size), 'Upload-Metadata': `name ${base64(name)},changed_at ${base64('1700000000000')}` } })

const patch = (id: string, offset: number, body: Buffer) =>
  fetch(`${url}/uploads/${id}`, { method: 'PATCH', headers: { ...tus, 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' }, body: new Uint8Array(body) })

const offset = async (id: string) => Number((await fetch(`${url}/uploads/${id}`, { method: 'HEAD', headers: tus })).headers.get('upload-offset'))

async function begin(name: string, size: number): Promise<string> {
  const response = await create(name, size)
  expect(response.status).toBe(201)
  return response.headers.get('location')!.split('/').at(-1)!
}

async function send(name: string, text: string | Buffer): Promise<{ path: string } | Fault> {
  const body = Buffer.from(text)
  const id = await begin(name, body.length)
  expect((await patch(id, 0, body)).status).toBe(204)
  return uploads.finish(id).catch((error: UserError) => error.fault)
}

const refused = async (name: string, size: number): Promise<Fault> => {
  const response = await create(name, size)
  expect(response.status).toBe(400)
  return ((await response.json()) as { fault: Fault }).fault
}

const row = '{"instruction": "Q", "output": "A"}\n'

test('a file arrives as it was sent, under its own name, and is known until a dataset reads it', async () => {
  const text = row.repeat(1000)
  const sent = await send('问答 set.jsonl', text)
  expect(sent).toEqual({ path: at('问答 set.jsonl') })
  expect(readFileSync(at('问答 set.jsonl'), 'utf8')).toBe(text)
  expect(readdirSync(at('.unfinished'))).toEqual([])
  expect(uploads.list(new Set()).unlisted).toEqual([{ path: at('问答 set.jsonl'), name: '问答 set.jsonl', size: text.length }])
  expect(uploads.list(new Set([at('问答 set.jsonl')])).unlisted).toEqual([])
})

test('a cut upload goes on where it was, in a new server too, and its bytes are those of the file', async () => {
  const body = Buffer.from(JSON.stringify({ instruction: randomBytes(300_000).toString('hex'), output: 'A' }))
  const id = await begin('big.json', body.length)
  const request = http.request(`${url}/uploads/${id}`, { method: 'PATCH', headers: { ...tus, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream', 'Content-Length': body.length } })
  request.on('error', () => undefined)
  request.write(body.subarray(0, 200_000))
  await expect.poll(() => uploads.list(new Set()).unfinished[0]?.offset).toBe(200_000)
  request.destroy()
  await expect.poll(() => offset(id)).toBe(200_000)
  expect(await uploads.finish(id).catch((error: UserError) => error.fault)).toMatchObject({ code: 'upload_incomplete', values: { found: 200_000, size: body.length } })
  open() // the server was started anew
  expect(uploads.list(new Set()).unfinished).toEqual([{ id, name: 'big.json', changed_at: 1700000000000, size: body.length, offset: 200_000 }])
  expect((await patch(id, 100, body)).status).toBe(409)
  expect((await patch(id, 200_000, body.subarray(200_000))).status).toBe(204)
  expect(await uploads.finish(id)).toEqual({ path: at('big.json') })
  expect(await uploads.finish(id)).toEqual({ path: at('big.json') }) // the answer was lost
  expect(createHash('sha256').update(readFileSync(at('big.json'))).digest('hex')).toBe(createHash('sha256').update(body).digest('hex'))
})

test('a file that is there is never written over, nor what a link leads to', async () => {
  await send('x.jsonl', row)
  writeFileSync(path.join(home, 'precious.jsonl'), 'mine')
  symlinkSync(path.join(home, 'precious.jsonl'), at('y.jsonl'))
  symlinkSync(path.join(home, 'nowhere'), at('z.jsonl'))
  expect(await send('x.jsonl', row.repeat(2))).toEqual({ path: at('x_2.jsonl') })
  expect(await send('y.jsonl', row)).toEqual({ path: at('y_2.jsonl') })
  expect(await send('z.jsonl', row)).toEqual({ path: at('z_2.jsonl') })
  expect(readFileSync(at('x.jsonl'), 'utf8')).toBe(row)
  expect(readFileSync(path.join(home, 'precious.jsonl'), 'utf8')).toBe('mine')
})

test('names of bad intent lie in the folder of uploads all the same', async () => {
  for (const name of ['../../../etc/passwd.jsonl', '/abs/olute.jsonl', 'C:\\dos\\x.jsonl', '..', '.hidden.jsonl', 'a\u0000b\u202e.jsonl', `${'长'.repeat(400)}.jsonl`]) await send(name, row)
  expect(files().length).toBe(7)
  expect(readdirSync(home).toSorted()).toEqual(['model', 'uploads'])
})

test('what cannot be read is refused with its sentence and not kept', async () => {
  expect(await send('broken.json', '[\n {"a": }\n]')).toMatchObject({ code: 'dataset_not_json', values: { line: 2, column: 8 } })
  expect(await send('blank.jsonl', '\n\n')).toMatchObject({ code: 'dataset_empty' })
  expect(await send('noise', randomBytes(500))).toHaveProperty('code')
  expect(files()).toEqual([])
  expect(readdirSync(at('.unfinished'))).toEqual([])
})

test('a type that is not read, an empty file, one that is too large or has no room is refused before it is sent', async () => {
  expect(await refused('film.mp4', 10)).toMatchObject({ code: 'upload_type', values: { ending: 'mp4' } })
  expect(await refused('x.jsonl', 0)).toMatchObject({ code: 'upload_empty' })
  expect(await refused('x.jsonl', uploadLimit + 1)).toMatchObject({ code: 'upload_too_large' })
  expect(readdirSync(at('.unfinished'))).toEqual([])
})

test('a cancelled upload leaves nothing; one that was left for a week neither', async () => {
  const id = await begin('x.jsonl', 100)
  expect((await fetch(`${url}/uploads/${id}`, { method: 'DELETE', headers: tus })).status).toBe(204)
  expect(readdirSync(at('.unfinished'))).toEqual([])
  const old = await begin('old.jsonl', 100)
  const long = new Date(Date.now() - 8 * 24 * 3600_000)
  utimesSync(at('.unfinished', `${old}.json`), long, long)
  open()
  await begin('new.jsonl', 100)
  expect(uploads.list(new Set()).unfinished.map(({ name }) => name)).toEqual(['new.jsonl'])
  expect(await uploads.finish('../model/config').catch((error: UserError) => error.fault.code)).toBe('upload_missing')
})

test('only uploads that no dataset reads can be deleted, and none is handed out', async () => {
  await send('x.jsonl', row)
  const code = (file: string, listed = new Set<string>()) => {
    try {
      uploads.remove(file, listed)
    } catch (error) {
      return error instanceof UserError ? error.fault.code : error
    }
  }
  expect(code(at('x.jsonl'), new Set([at('x.jsonl')]))).toBe('upload_missing')
  expect(code(path.join(home, 'model/config.json'))).toBe('upload_missing')
  expect(code(at('../model/config.json'))).toBe('upload_missing')
  expect(code(at('x.jsonl'))).toBe(undefined)
  expect(files()).toEqual([])
  const id = await begin('x.jsonl', 100)
  expect((await fetch(`${url}/uploads/${id}`)).status).toBe(400)
})

test('the guard stands before uploads as before everything', async () => {
  const board = await openTestBoard(temporaryHome(), { host: '0.0.0.0', token: 'a-secret' })
  const ask = (headers: Record<string, string>) => fetch(`http://127.0.0.1:${board.port}/uploads`, { method: 'POST', headers: { ...tus, 'Upload-Length': '5', 'Upload-Metadata': `name ${base64('x.jsonl')},changed_at ${base64('1')}`, ...headers } })
  expect((await ask({})).status).toBe(401)
  expect((await ask({ authorization: 'Bearer a-secret', origin: 'http://evil.example' })).status).toBe(403)
  expect((await ask({ authorization: 'Bearer a-secret' })).status).toBe(201)
  await board.close()
})

test('names and types by themselves', () => {
  expect(safeFileName('a/b\\c/My Data.JSONL')).toBe('My Data.jsonl')
  expect(safeFileName('..')).toBe('upload')
  expect(Buffer.byteLength(safeFileName(`${'长'.repeat(400)}.tar.gz`))).toBeLessThan(140)
  expect(numberedName('x.jsonl.gz', 3)).toBe('x_3.jsonl.gz')
  const bytes = (text: string) => Buffer.from(text)
  expect(fittingName('data', bytes('  [{"a": 1}]'))).toBe('data.json')
  expect(fittingName('data', bytes('{"a": 1}\n{"a": 2}\n'))).toBe('data.jsonl')
  expect(fittingName('data.json', bytes('PAR1....'))).toBe('data.json.parquet')
  expect(fittingName('data.parquet', bytes('PAR1....'))).toBe('data.parquet')
  expect(fittingName('data.jsonl', Buffer.from([0x1f, 0x8b, 8]))).toBe('data.jsonl.gz')
  expect(fittingName('notes.txt', bytes('[1] is a footnote'))).toBe('notes.txt')
})
