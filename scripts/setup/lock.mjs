/**
 * A lock between processes, as a file that names its holder. The holder touches it while it works; a lock whose process is gone (same
 * host) or that nobody has touched for a minute (another host on a shared home) is stale and taken over. What the lock guards is
 * also finished by a rename, so two holders (a suspended machine that wakes up) would waste work, not corrupt it.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { say } from './say.mjs'

const untouchedMs = 60_000

/** Does `work` while holding the lock `path`; waits for another holder, and says once whom it waits for. */
export async function withLock(path, work, { pollMs = 200, staleMs = untouchedMs } = {}) {
  const token = await acquire(path, pollMs, staleMs)
  const beat = setInterval(() => touch(path), staleMs / 6)
  beat.unref()
  const release = () => { if (read(path)?.token === token) rmSync(path, { force: true }) }
  process.once('exit', release)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    process.removeListener('exit', release)
    release()
  }
}

async function acquire(path, pollMs, staleMs) {
  mkdirSync(dirname(path), { recursive: true })
  const mine = { pid: process.pid, host: hostname(), token: `${process.pid}-${Math.random().toString(36).slice(2)}` }
  for (let waited = false; ; waited = true) {
    if (create(path, mine)) return mine.token
    const holder = read(path)
    if (holder && isStale(path, holder, staleMs)) takeAway(path, holder)
    else {
      if (!waited && holder) say(`  waiting for another set-up (process ${holder.pid}) …`)
      await sleep(pollMs)
    }
  }
}

/** The lock appears with its content or not at all: a reader never finds it empty. */
function create(path, holder) {
  const draft = `${path}.${holder.token}`
  writeFileSync(draft, JSON.stringify(holder))
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  } finally {
    unlinkSync(draft)
  }
}

/** Removes a stale lock. If a new holder came between looking and taking, its lock is put back. */
function takeAway(path, stale) {
  const taken = `${path}.${stale.token}.stale.${process.pid}`
  try {
    renameSync(path, taken)
  } catch (error) {
    if (error.code === 'ENOENT') return
    throw error
  }
  if (read(taken)?.token !== stale.token) linkSync(taken, path)
  rmSync(taken, { force: true })
}

function isStale(path, holder, staleMs) {
  if (holder.host === hostname() && !isAlive(holder.pid)) return true
  try {
    return Date.now() - statSync(path).mtimeMs > staleMs
  } catch (error) {
    if (error.code === 'ENOENT') return false
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date())
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return null
    throw error
  }
}
