/** The server as a process: killed in the middle, started again, refused a port, reached from elsewhere. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle, call, fakeTrainer, get, openBrowser, removeHome, startProcess, startRun, temporaryHome, until } from './harness'

let program: string
let server: string
beforeAll(async () => {
  program = await bundle('tests/server/board-process.ts', 'test-board')
  server = await bundle('server/index.ts', 'test-server')
})
afterAll(() => {
  rmSync(program)
  rmSync(server)
})

const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1)

test('a server killed in the middle of a training finds it again: the curve is complete and the queue goes on', async () => {
  const home = temporaryHome()
  const first = startProcess(program, ['--home', home, '--port', '0'], { FAKE_HOLD_AT: '40' })
  const port = await first.port
  const browser = openBrowser(port)
  const going = await startRun(port, home, 'going', 60)
  const waiting = await startRun(port, home, 'waiting', 4)
  const withdrawn = await startRun(port, home, 'withdrawn', 4)
  await browser.watch(going)
  await until(() => browser.held(going).records.length > 10, 'some records')
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  await until(() => !browser.socket.connected, 'the drop')

  const second = startProcess(program, ['--home', home, '--port', String(port)])
  await second.port
  await until(() => browser.run(going)?.status === 'running' && browser.socket.connected, 'the run again')
  expect(browser.run(waiting)?.queue_position).toBe(1)
  await get(port, 'withdraw', { id: withdrawn })
  writeFileSync(path.join(home, 'saves', going, 'go'), '')
  await until(() => browser.run(going)?.status === 'done' && browser.run(waiting)?.status === 'done', 'both ends')
  expect(browser.run(withdrawn)).toBeUndefined()
  await until(() => browser.held(going).records.length >= 60, 'all records')
  expect(browser.held(going).records.map(({ current_steps }) => current_steps)).toEqual(upTo(60))
  browser.close()
  second.child.kill('SIGKILL')
  removeHome(home)
})

test('a trainer that dies while no server is there is shown as gone, and one that a former server started is watched', async () => {
  const home = temporaryHome()
  const first = startProcess(program, ['--home', home, '--port', '0'])
  const id = await startRun(await first.port, home, 'orphan', 10000)
  const stateFile = path.join(home, 'saves', id, 'state.json')
  const pid = await until(() => {
    try {
      return (JSON.parse(readFileSync(stateFile, 'utf8')) as { pid: number }).pid
    } catch {
      return null // not written yet
    }
  }, 'the state')
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  const second = startProcess(program, ['--home', home, '--port', '0'])
  const port = await second.port
  expect((await get(port, 'run', { id })).run.status).toBe('running')
  process.kill(pid, 'SIGKILL')
  const lost = await until(async () => (await get(port, 'run', { id })).run.status === 'lost' && (await get(port, 'run', { id })).run, 'lost', 2000)
  expect(lost.error).toEqual({ code: 'trainer_gone', values: {} })
  second.child.kill('SIGKILL')
  removeHome(home)
})

test('a port in use is one sentence and exit code 2', async () => {
  const home = temporaryHome()
  const taken: Server = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const { child, stderr } = startProcess(server, ['--home', home, '--port', String(port)])
  expect(await once(child, 'close')).toEqual([2, null])
  expect(stderr()).toBe(`Port ${port} is in use by another program; choose another with --port.\n`)
  taken.close()
  removeHome(home)
})

test('a home that another server uses is refused, with that one\u2019s address; a dead one\u2019s claim holds nobody up', async () => {
  const home = temporaryHome()
  const first = startProcess(program, ['--home', home, '--port', '0'])
  const port = await first.port
  const second = startProcess(server, ['--home', home, '--port', '0'])
  expect(await once(second.child, 'close')).toEqual([2, null])
  expect(second.stderr()).toBe(`Another Tuneboard already uses ${home} and is at http://127.0.0.1:${port}/; open that one, or choose another folder with --home.\n`)
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  const third = startProcess(program, ['--home', home, '--port', '0'])
  await third.port
  third.child.kill('SIGKILL')
  removeHome(home)
})

test('options that are none are one sentence and exit code 2', async () => {
  for (const [args, words] of [
    [['--prot', '1'], 'There is no option --prot; the options are --port, --host, --home, --root, --dev.'],
    [['--port', 'abc'], '--port is abc, but must be a whole number.'],
    [['--port', '70000'], '--port is 70000, but at most 65535 is allowed.'],
    [['--port', '0', '--home', '/proc/nowhere'], '/proc/nowhere cannot be written'],
    [['--port', '0', '--home', path.join(fakeTrainer, 'home')], 'fake-trainer.mjs/home cannot be written'],
  ] as const) {
    const { child, stderr } = startProcess(server, [...args])
    expect(await once(child, 'close')).toEqual([2, null])
    expect(stderr()).toContain(words)
    expect(stderr().trimEnd().split('\n')).toHaveLength(1)
  }
})

test('another host prints an address with a token, and answers only to it', async () => {
  const home = temporaryHome()
  const { child, port, stdout } = startProcess(server, ['--home', home, '--port', '0', '--host', '0.0.0.0'])
  const number = await port
  const token = (await until(() => /\?token=([\w-]{20,})\s/.exec(stdout()), 'the address'))[1]
  expect(await call(number, 'state', {})).toMatchObject({ ok: false, fault: { code: 'token_needed' } })
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` }
  expect((await fetch(`http://127.0.0.1:${number}/api/state`, { method: 'POST', headers, body: '{}' })).status).toBe(200)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  removeHome(home)
})
