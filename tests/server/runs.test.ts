/** Queue, stop, kill, resume and what the browsers see of it, with a fake trainer. */
import { spawn } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { curvesOf } from '@/lib/curves'
import { runFileHref } from '@/lib/downloads'
import type { ListNews, ListPosition } from '@/lib/run-news'
import type { Board } from '@/server/board'
import { call, checkout, fakeTrainer, get, openBrowser, openTestBoard, pause, removeHome, startRun, temporaryHome, until, type Browser } from './harness'

let home: string
let board: Board
let browser: Browser

beforeEach(async () => {
  process.env.FAKE_STEP_MS = '20'
  home = temporaryHome()
  board = await openTestBoard(home)
  browser = openBrowser(board.port)
  await until(() => browser.socket.connected, 'the socket')
})
afterEach(async () => {
  browser.close()
  for (const { id, status } of browser.runs()) if (['starting', 'running', 'stopping'].includes(status)) await call(board.port, 'kill', { id })
  await pause(50)
  await board.close()
  removeHome(home)
})

const folderOf = (id: string) => path.join(home, 'saves', id)
const status = (id: string, wanted: string, ms?: number) => until(() => browser.run(id)?.status === wanted && browser.run(id), `${id} ${wanted}`, ms)
const steps = (id: string) => browser.held(id).records.map(({ current_steps }) => current_steps)
const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1)

test('a run goes from Start to done, and its records come one by one, soon after they were written', async () => {
  const id = await startRun(board.port, home, 'first', 80)
  expect(id).toBe('model/lora/first')
  await browser.watch(id)
  const delays: number[] = []
  browser.socket.on('tail', (_, { records }) => records.forEach(({ written_at }) => delays.push(Date.now() - Number(written_at))))
  await status(id, 'done')
  await until(() => steps(id).length === 80, 'all records')
  expect(steps(id)).toEqual(upTo(80))
  // A machine that runs other tests beside this one may hold up a few; tools/latency.ts measures in earnest.
  expect(delays.sort((a, b) => a - b)[Math.floor(delays.length / 2)]).toBeLessThan(200)
  await until(() => browser.held(id).text.endsWith('step 80 中文 done\n'), 'the text')
  const detail = await get(board.port, 'run', { id })
  expect(detail.args).toMatchObject({ max_steps: 80, stage: 'sft' })
  expect(detail.results).toEqual({ train_loss: 1 })
  expect(detail.run).toMatchObject({ model: 'model', finetuning_type: 'lora', name: 'first', step: 80, total_steps: 80, runtime: 'fake' })
})

test('further runs wait in order, can be withdrawn, and follow by themselves', async () => {
  const [a, b, c] = [await startRun(board.port, home, 'a', 40), await startRun(board.port, home, 'b', 5), await startRun(board.port, home, 'c', 5)]
  await until(() => browser.run(b)?.queue_position === 1 && browser.run(c)?.queue_position === 2, 'the queue')
  expect(JSON.parse(readFileSync(path.join(home, '.tuneboard/queue.json'), 'utf8')).waiting.map((entry: { id: string }) => entry.id)).toEqual([b, c])
  await get(board.port, 'withdraw', { id: b })
  await until(() => browser.run(b) === undefined && browser.run(c)?.queue_position === 1, 'b gone')
  expect(existsSync(folderOf(b))).toBe(false)
  expect(await call(board.port, 'withdraw', { id: a })).toMatchObject({ ok: false, fault: { code: 'run_not_queued' } })
  await status(a, 'done')
  await status(c, 'done')
  expect(existsSync(path.join(folderOf(c), 'all_results.json'))).toBe(true)
})

test('the same name again is refused, and nothing of the run that has it is touched', async () => {
  const id = await startRun(board.port, home, 'once', 3)
  await status(id, 'done')
  const before = readFileSync(path.join(folderOf(id), 'trainer_log.jsonl'), 'utf8')
  await expect(startRun(board.port, home, 'once', 3)).rejects.toThrow('output_dir_taken')
  expect(readFileSync(path.join(folderOf(id), 'trainer_log.jsonl'), 'utf8')).toBe(before)
  await expect(startRun(board.port, home, '../escape', 3)).rejects.toThrow('name_invalid')
})

test('Stop saves a checkpoint; resume goes on from it without doubling a step', async () => {
  const id = await startRun(board.port, home, 'stopped', 60)
  await browser.watch(id)
  await until(() => steps(id).length >= 10, 'ten steps')
  await get(board.port, 'stop', { id })
  const stopped = await status(id, 'stopped')
  expect(stopped.checkpoints).toHaveLength(1)
  appendFileSync(path.join(folderOf(id), 'trainer_log.jsonl'), `{"current_steps": 59, "total_steps": 60, "loss": 9}\n`)
  await until(() => steps(id).at(-1) === 59, 'the stray record')
  await get(board.port, 'resume', { id })
  await status(id, 'done')
  await until(() => steps(id).length === 60, 'all records')
  expect(steps(id)).toEqual(upTo(60))
  expect(await call(board.port, 'stop', { id })).toMatchObject({ ok: false, fault: { code: 'run_not_going' } })
})

test('a trainer that does not hear Stop is killed on demand, and the run counts as stopped by its owner', async () => {
  const id = await startRun(board.port, home, 'deaf', 1000)
  await status(id, 'running')
  await get(board.port, 'stop', { id })
  await status(id, 'stopping')
  await get(board.port, 'kill', { id })
  const run = await status(id, 'stopped')
  expect(run.error).toBeNull()
  expect(await call(board.port, 'resume', { id })).toMatchObject({ ok: false, fault: { code: 'run_not_resumable' } })
})

test('a trainer killed from outside is shown as lost within two seconds, with its signal, and the next run begins', async () => {
  const id = await startRun(board.port, home, 'victim', 1000)
  const next = await startRun(board.port, home, 'next', 3)
  await status(id, 'running')
  process.kill(JSON.parse(readFileSync(path.join(folderOf(id), 'state.json'), 'utf8')).pid, 'SIGKILL')
  const run = await status(id, 'lost', 2000)
  expect(run.error).toEqual({ code: 'trainer_died', values: { reason: 'SIGKILL' } })
  await status(next, 'done')
})

test('a trainer that crashes leaves its last words, one that refuses its sentence', async () => {
  const crashed = await startRun(board.port, home, 'crash', 10)
  expect((await status(crashed, 'lost')).error).toEqual({ code: 'trainer_died', values: { reason: 'SIGABRT, "terminate called after throwing an instance of bad_alloc"' } })
  const refused = await startRun(board.port, home, 'refused', 10)
  expect((await status(refused, 'failed')).error).toEqual({ code: 'trainer_refused', values: { problem: 'There is no folder nowhere; give the path of a downloaded model.' } })
  const told = await startRun(board.port, home, 'refused-fault', 10)
  expect((await status(told, 'failed')).error).toEqual({ code: 'file_unreadable', values: { path: 'x.yaml', problem: { code: 'system_denied', values: { code: 'EACCES' } } } })
})

test('a run from the command line is shown, occupies the device, and can be stopped', async () => {
  const id = 'other/lora/by-hand'
  mkdirSync(folderOf(id), { recursive: true })
  writeFileSync(path.join(folderOf(id), 'training_args.yaml'), 'max_steps: 500\nfinetuning_type: lora\n')
  const child = spawn(process.execPath, [fakeTrainer, 'train', path.join(folderOf(id), 'training_args.yaml')], { stdio: 'ignore' })
  await status(id, 'running')
  const waiting = await startRun(board.port, home, 'patient', 3)
  await until(() => browser.run(waiting)?.queue_position === 1, 'the queue')
  await pause(700)
  expect(browser.run(waiting)?.status).toBe('queued')
  await get(board.port, 'stop', { id })
  await status(id, 'stopped')
  await status(waiting, 'done')
  expect(child.exitCode).toBe(143)
})

test("LLaMA-Factory's runs are listed from what they have, and live ones are followed", async () => {
  const folder = folderOf('Qwen/lora/train_1')
  mkdirSync(path.join(folder, 'checkpoint-2'), { recursive: true })
  mkdirSync(path.join(folder, 'checkpoint-10'))
  writeFileSync(path.join(folder, 'trainer_log.jsonl'), '{"current_steps": 5, "total_steps": 20, "loss": 2.5}\n')
  const live = await status('Qwen/lora/train_1', 'running')
  expect(live.checkpoints).toEqual(['checkpoint-2', 'checkpoint-10'])
  await browser.watch('Qwen/lora/train_1')
  appendFileSync(path.join(folder, 'trainer_log.jsonl'), '{"current_steps": 20, "total_steps": 20, "loss": NaN, "eval_loss": 1.5}\n')
  const done = await status('Qwen/lora/train_1', 'done')
  expect(done.best_eval_loss).toBe(1.5)
  expect(steps('Qwen/lora/train_1')).toEqual([5, 20])
  const started = await startRun(board.port, home, 'beside', 2) // it holds up nobody
  await status(started, 'done')
})

test('a run folder that is removed leaves the list, also in the middle', async () => {
  const id = await startRun(board.port, home, 'removed', 3)
  await status(id, 'done')
  rmSync(folderOf(id), { recursive: true })
  await until(() => browser.run(id) === undefined, 'its leaving')
  expect(await call(board.port, 'run', { id })).toEqual({ ok: false, fault: { code: 'run_missing', values: { id } } })
})

test('a model that is not there, an unknown setting and a path outside are refused before anything is written', async () => {
  const start = (args: Record<string, unknown>) => call(board.port, 'start', { args: { stage: 'sft', do_train: true, dataset: 'any', template: 'default', ...args }, model: null, name: 'bad' })
  expect(await start({ model_name_or_path: path.join(home, 'nothing') })).toMatchObject({ fault: { code: 'model_path_missing', field: 'model_name_or_path' } })
  expect(await start({ model_name_or_path: path.join(home, 'model'), lora_rang: 8 })).toMatchObject({ fault: { code: 'unknown_key' } })
  expect(await start({ model_name_or_path: '/etc' })).toMatchObject({ fault: { code: 'path_outside', field: 'model_name_or_path' } })
  expect(await start({ model_name_or_path: path.join(home, 'model'), dataset_dir: '../../../../../../etc' })).toMatchObject({ fault: { code: 'path_outside', field: 'dataset_dir' } })
  expect(await get(board.port, 'check', { args: { adapter_name_or_path: '/usr/lib' } })).toMatchObject({ faults: [{ code: 'path_outside', field: 'adapter_name_or_path' }], plan: null })
  expect(browser.runs()).toEqual([])
  expect(existsSync(path.join(home, 'saves/model'))).toBe(false)
})

test('what people say of a run lies in its folder, survives the server, and goes with the run', async () => {
  const by = { window: 'w1', browser: 'Firefox, Linux' }
  const args = { model_name_or_path: path.join(home, 'model'), stage: 'sft', do_train: true, finetuning_type: 'lora', dataset: 'a,b', template: 'default', max_steps: 3 }
  const { id } = await get(board.port, 'start', { args, model: null, name: 'noted', by, sample_prompts: ['Who are you?'] })
  await status(id, 'done')
  expect(browser.run(id)).toMatchObject({ name: 'noted', datasets: ['a', 'b'], tags: [], notes: '', archived: false, started_by: by, foreign: false, best_loss: 1 })
  await get(board.port, 'run_note', { id, change: { name: ' The best ', tags: ['keep'] } })
  await get(board.port, 'run_note', { id, change: { notes: 'since lr 1e-4', archived: true } })
  const noted = { name: 'The best', tags: ['keep'], notes: 'since lr 1e-4', archived: true, started_by: by }
  expect(await until(() => browser.run(id)?.archived && browser.run(id), 'the notes')).toMatchObject(noted)
  expect(JSON.parse(readFileSync(path.join(folderOf(id), 'notes.json'), 'utf8'))).toEqual(noted)
  expect(await get(board.port, 'run_samples', { id })).toEqual({ prompts: ['Who are you?'], samples: [] })

  await board.close()
  board = await openTestBoard(home)
  const run = (await get(board.port, 'runs', {})).find((found) => found.id === id)
  expect(run).toMatchObject(noted)
  await get(board.port, 'run_delete', { id })
  expect(existsSync(folderOf(id))).toBe(false)
  expect(await get(board.port, 'runs', {})).toEqual([])
  expect(await call(board.port, 'run_note', { id, change: { notes: 'x' } })).toMatchObject({ ok: false, fault: { code: 'run_missing' } })
  expect(await call(board.port, 'run_note', { id, change: { tags: [''] } })).toMatchObject({ ok: false, fault: { code: 'request_invalid' } })
})

test('a run that goes or waits is not deleted', async () => {
  const [going, waiting] = [await startRun(board.port, home, 'going', 500), await startRun(board.port, home, 'waiting', 3)]
  await status(going, 'running')
  for (const id of [going, waiting]) expect(await call(board.port, 'run_delete', { id })).toMatchObject({ ok: false, fault: { code: 'run_going' } })
  expect(existsSync(folderOf(going))).toBe(true)
  await get(board.port, 'withdraw', { id: waiting })
  expect(existsSync(folderOf(waiting))).toBe(false)
})

test('files of a run are listed and fetched, and none outside it', async () => {
  const id = await startRun(board.port, home, 'files', 3)
  await status(id, 'done')
  writeFileSync(path.join(home, 'secret'), 'no')
  symlinkSync(path.join(home, 'secret'), path.join(folderOf(id), 'link'))
  const files = await get(board.port, 'run_files', { id })
  expect(files.find(({ path: name }) => name === 'trainer_log.jsonl')?.size).toBe(readFileSync(path.join(folderOf(id), 'trainer_log.jsonl')).length)
  const fetched = (name: string) => fetch(`http://127.0.0.1:${board.port}${runFileHref(id, name)}`)
  const log = await fetched('trainer_log.jsonl')
  expect(await log.text()).toBe(readFileSync(path.join(folderOf(id), 'trainer_log.jsonl'), 'utf8'))
  expect(log.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''trainer_log.jsonl")
  for (const name of ['link', '../../../../secret', 'nothing', '']) expect((await fetched(name)).status, name).toBe(404)
  expect((await fetch(`http://127.0.0.1:${board.port}${runFileHref('no/such/run', 'state.json')}`)).status).toBe(404)
})

test('a long log comes in pieces, whole and in order, with what is logged meanwhile', async () => {
  const id = 'model/lora/long'
  mkdirSync(folderOf(id), { recursive: true })
  const line = (step: number) => `${JSON.stringify({ current_steps: step, total_steps: 30_000, loss: 1 / step })}\n`
  writeFileSync(path.join(folderOf(id), 'trainer_log.jsonl'), upTo(20_000).map(line).join(''))
  await status(id, 'running')
  const watching = browser.watch(id)
  appendFileSync(path.join(folderOf(id), 'trainer_log.jsonl'), line(20_001))
  await watching
  await until(() => steps(id).length === 20_001, 'all records')
  expect(steps(id)).toEqual(upTo(20_001))
  await until(() => browser.run(id)?.best_loss === 1 / 20_001, 'its best loss')
  expect(browser.run(id)?.foreign).toBe(true)
})

test('a folder that LLaMA-Factory 0.9.5 wrote is a run with its curves, times and results', async () => {
  cpSync(path.join(checkout, 'tests/fixtures/llamafactory_run'), folderOf('starter/lora/theirs'), { recursive: true })
  const run = await status('starter/lora/theirs', 'done')
  expect(run).toMatchObject({ name: 'theirs', model: 'starter', foreign: true, step: 40, total_steps: 40, best_eval_loss: 2.205923557281494 })
  expect(run.last).toMatchObject({ current_steps: 40, elapsed_time: '0:03:26', throughput: 35.27 })
  expect((run.updated_at ?? 0) - (run.started_at ?? 0)).toBe(206_000)
  await browser.watch(run.id)
  const { series, tokens } = curvesOf(browser.held(run.id).records)
  expect(Object.fromEntries(Object.entries(series).map(([key, { step }]) => [key, step.length]))).toEqual({ loss: 40, lr: 40, eval_loss: 4, throughput: 40 })
  expect(tokens).toBe(7296)
  expect((await get(board.port, 'run', { id: run.id })).results).toMatchObject({ train_loss: 2.4110509157180786 })
})

test('of the list only what changed is sent, to browsers that follow it, and one that comes back gets what it lacks', async () => {
  const [still, gone] = [await startRun(board.port, home, 'still', 2), await startRun(board.port, home, 'gone', 2)]
  await status(still, 'done')
  await status(gone, 'done')
  const follow = (have: ListPosition | null) => new Promise<ListNews>((done) => browser.socket.emit('watch_runs', have, (reply) => reply.ok && done(reply.value)))
  const whole = await follow(null)
  const position = { life: whole.life, revision: whole.revision }
  expect(whole.from).toBe(0)
  expect(whole.changed.map(({ id }) => id).sort()).toEqual([gone, still])
  expect(await follow(position)).toMatchObject({ from: whole.revision, revision: whole.revision, changed: [], gone: [] })
  const heard: ListNews[] = []
  browser.socket.on('runs', (news) => heard.push(news))
  const next = await startRun(board.port, home, 'next', 5)
  await status(next, 'done')
  expect(new Set(heard.flatMap(({ changed }) => changed.map(({ id }) => id)))).toEqual(new Set([next]))
  browser.socket.emit('unwatch_runs')
  await get(board.port, 'run_delete', { id: gone })
  const missed = await follow(position)
  expect([missed.from, missed.changed.map(({ id }) => id), missed.gone]).toEqual([whole.revision, [next], [gone]])
  expect(heard.every((news) => !news.gone.includes(gone))).toBe(true)
  expect((await follow({ life: 'another', revision: 7 })).from).toBe(0)
})

test('one in which LLaMA-Factory only answered is an evaluation; what nobody wrote down is left open', async () => {
  cpSync(path.join(checkout, 'tests/fixtures/llamafactory_predict'), folderOf('starter/lora/asked'), { recursive: true })
  cpSync(path.join(checkout, 'tests/fixtures/llamafactory_run'), folderOf('starter/lora/trained'), { recursive: true })
  expect(await status('starter/lora/asked', 'done')).toMatchObject({ kind: 'eval', stage: '', datasets: [], weights: null })
  expect(await status('starter/lora/trained', 'done')).toMatchObject({ kind: 'train', stage: '' })
  expect((await get(board.port, 'run', { id: 'starter/lora/asked' })).results).toMatchObject({ 'predict_rouge-l': 13.988883333333334 })
})

test('the rewards and gradients of a run of LLaMA-Factory are read from its trainer_state.json as soon as that is there', async () => {
  const id = 'tiny/lora/pairs'
  const fixture = path.join(checkout, 'tests/fixtures/llamafactory_dpo')
  mkdirSync(folderOf(id), { recursive: true })
  cpSync(path.join(fixture, 'trainer_log.jsonl'), path.join(folderOf(id), 'trainer_log.jsonl'))
  await until(() => browser.run(id) !== undefined, 'the run')
  await browser.watch(id)
  await until(() => steps(id).length === 5, 'its records')
  expect(Object.keys(curvesOf(browser.held(id).records).series)).toEqual(['loss', 'accuracy', 'lr'])
  for (const name of ['trainer_state.json', 'all_results.json']) cpSync(path.join(fixture, name), path.join(folderOf(id), name))
  await status(id, 'done')
  await until(() => 'rewards/chosen' in curvesOf(browser.held(id).records).series, 'its rewards')
  const { series } = curvesOf(browser.held(id).records)
  expect(series['rewards/margins'].y).toEqual([0, 0.0008880615932866931, -0.0006647109985351562, -0.0015625001396983862])
  expect(series.grad_norm.y[0]).toBe(2.8279805183410645)
  expect(series.loss.y[0]).toBe(1.5855529308319092)
  expect(steps(id)).toEqual([1, 2, 3, 4, 4])
})
