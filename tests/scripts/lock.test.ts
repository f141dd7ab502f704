/** The lock between set-ups: one holder at a time, also across processes, and stale ones taken over. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { withLock } from '@/scripts/setup/lock.mjs'
import { root } from '@/scripts/setup/paths.mjs'
import { temporaryFolder } from '@/tests/scripts/temporary'

const quick = { pollMs: 5 }

it('lets one in at a time and leaves nothing behind', async () => {
  const folder = temporaryFolder()
  const lock = join(folder, 'a.lock')
  let inside = 0
  let most = 0
  await Promise.all([1, 2, 3].map(() => withLock(lock, async () => {
    most = Math.max(most, ++inside)
    await sleep(20)
    inside--
  }, quick)))
  expect(most).toBe(1)
  expect(readdirSync(folder)).toEqual([])
})

it('is given back when the work fails', async () => {
  const lock = join(temporaryFolder(), 'a.lock')
  await expect(withLock(lock, () => Promise.reject(new Error('no')), quick)).rejects.toThrow('no')
  expect(existsSync(lock)).toBe(false)
})

it('is taken over from a process that is gone', async () => {
  const lock = join(temporaryFolder(), 'a.lock')
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((done) => child.on('exit', done))
  writeFileSync(lock, JSON.stringify({ pid: child.pid, host: hostname(), token: 'gone' }))
  expect(await withLock(lock, async () => 'done', quick)).toBe('done')
})

it('is taken over from another host only after nobody touched it for long', async () => {
  const lock = join(temporaryFolder(), 'a.lock')
  writeFileSync(lock, JSON.stringify({ pid: 1, host: `not-${hostname()}`, token: 'far' }))
  let entered = false
  const waiting = withLock(lock, async () => { entered = true }, quick)
  await sleep(60)
  expect(entered).toBe(false)
  utimesSync(lock, new Date(0), new Date(0))
  await waiting
  expect(entered).toBe(true)
})

it('keeps processes apart', async () => {
  const folder = temporaryFolder()
  const counter = join(folder, 'count')
  writeFileSync(counter, '0')
  const program = `
    import { withLock } from ${JSON.stringify(join(root, 'scripts/setup/lock.mjs'))}
    import { readFileSync, writeFileSync } from 'node:fs'
    for (let i = 0; i < 5; i++) await withLock(${JSON.stringify(join(folder, 'a.lock'))}, async () => {
      const before = Number(readFileSync(${JSON.stringify(counter)}, 'utf8'))
      await new Promise((done) => setTimeout(done, 5))
      writeFileSync(${JSON.stringify(counter)}, String(before + 1))
    }, { pollMs: 2 })`
  const codes = await Promise.all([1, 2, 3].map(() => new Promise((done) => {
    spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' }).on('exit', done)
  })))
  expect(codes).toEqual([0, 0, 0])
  expect(readFileSync(counter, 'utf8')).toBe('15')
})
