/** What a page holds of the runs and their records though its connection breaks again and again, also while it is being made: the page's own code against a server. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import path from 'node:path'
import { io } from 'socket.io-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { follow, shownFeed } from '@/components/run/feeds'
import { followList, heldList } from '@/components/run/runs'
import type { BoardSocket } from '@/components/socket'
import type { RunTail } from '@/lib/run-tail'
import { openRuns } from '@/server/runs/runs'
import { openBrowser, openTestBoard, pause, removeHome, startRun, temporaryHome, until } from './harness'

let home: string
const cleanups: (() => unknown)[] = []

beforeEach(() => {
  home = temporaryHome()
  cleanups.push(() => removeHome(home))
})
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

/** A way to a port on which connections break by themselves, each after a random while of up to `longest` ms, until it is mended. */
async function breakingWay(port: number, longest: number) {
  const open = new Set<Socket>()
  let [broken, mended] = [0, false]
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    const end = () => [near, far].forEach((side) => side.destroy())
    for (const side of [near, far]) {
      open.add(side)
      side.on('error', end).on('close', () => open.delete(side) && end())
    }
    near.pipe(far).pipe(near)
    if (!mended) setTimeout(() => !near.destroyed && ++broken && end(), Math.random() * longest)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  cleanups.push(() => {
    open.forEach((side) => side.destroy())
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, mend: () => (mended = true), broken: () => broken }
}

const written = (id: string): unknown[] => readFileSync(path.join(home, 'saves', id, 'trainer_log.jsonl'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))

test('nothing of a run is lost or doubled, whenever the connection breaks, and another who comes and goes takes nothing away', async () => {
  process.env.FAKE_STEP_MS = '2'
  const board = await openTestBoard(home)
  cleanups.push(() => board.close())
  const way = await breakingWay(board.port, 200)
  const socket: BoardSocket = io(`http://127.0.0.1:${way.port}`, { transports: ['websocket'], forceNew: true, reconnectionDelay: 5, reconnectionDelayMax: 20, timeout: 200 })
  cleanups.push(() => socket.disconnect(), followList(socket))
  const other = openBrowser(board.port)
  cleanups.push(() => other.close())
  const ids: string[] = []
  for (let round = 0; round < Number(process.env.ROUNDS ?? 3); round++) {
    const id = await startRun(board.port, home, `run-${round}`, 300)
    ids.push(id)
    cleanups.push(follow(socket, id))
    const going = () => heldList.get().runs?.find((run) => run.id === id)?.status !== 'done'
    while (going()) {
      await other.watch(id)
      const leave = follow(socket, id)
      await pause(Math.random() * 20)
      leave()
    }
  }
  way.mend()
  for (const id of ids) {
    const whole = written(id)
    expect(whole).toHaveLength(300)
    await until(() => shownFeed(id).records.length >= 300, `the records of ${id}`)
    expect(shownFeed(id).records).toEqual(whole)
    expect(shownFeed(id).curves.series.loss.step).toEqual(Array.from({ length: 300 }, (_, index) => index + 1))
    await until(() => shownFeed(id).text.endsWith('step 300 中文 done\n'), `the text of ${id}`)
    expect(shownFeed(id).text.match(/step/g)).toHaveLength(300)
    await until(() => other.held(id).records.length === 300, `the records of ${id} in the other window`)
    expect(other.held(id).records).toEqual(whole)
  }
  expect(way.broken()).toBeGreaterThan(5)
})

test('what is written while somebody comes reaches those who are there already', async () => {
  const folder = path.join(home, 'saves/m/lora/r')
  const log = path.join(folder, 'trainer_log.jsonl')
  const write = (step: number) => appendFileSync(log, `${JSON.stringify({ current_steps: step, total_steps: 9, loss: 1 })}\n`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(log, '')
  const tails: RunTail[] = []
  let step = 0
  // Asked while a run is looked at: just then the trainer writes.
  const placeOf = () => {
    if (step > 0) write(++step)
    return { queue_position: null, launched_pid: null, stop_asked_pid: null }
  }
  const runs = openRuns(home, placeOf, { runs: () => undefined, tail: (_, tail) => tails.push(tail) })
  cleanups.push(() => runs.close())
  runs.watch('m/lora/r', null)
  write(++step)
  runs.watch('m/lora/r', null)
  step = 0
  runs.refresh('m/lora/r')
  expect(tails.flatMap(({ records }) => records.map(({ current_steps }) => current_steps))).toEqual([1, 2])
})
