#!/usr/bin/env node
/**
 * `node scripts/complete-lock.mjs`, after adding a package: completes package-lock.json with the optional packages of other systems. npm leaves out those
 * that its registry does not serve (a mirror often has one system's only), and `npm ci` then refuses the whole file. The entries
 * carry version and system, which is what makes npm pass over them here; elsewhere they are fetched like any other, only without a sum.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './setup/paths.mjs'

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']

/** What the end of a package's name says: `-linux-arm-musleabihf` is Linux on arm with musl. */
export function systemOf(name) {
  const words = name.split(/[-/]/)
  const os = words.filter((word) => systems.includes(word))
  const cpu = words.filter((word) => processors.includes(word))
  const libc = os[0] !== 'linux' ? null : /musl/.test(name) ? 'musl' : /gnu/.test(name) ? 'glibc' : null
  return { ...(cpu.length > 0 ? { cpu } : {}), ...(libc ? { libc: [libc] } : {}), ...(os.length > 0 ? { os } : {}) }
}

/** Paths and entries of the optional packages that others name and that the lock lacks. Names without a system (`fsevents` apart) are left alone. */
export function missingOptional(lock) {
  const missing = {}
  for (const { optionalDependencies = {}, dev } of Object.values(lock.packages)) {
    for (const [name, range] of Object.entries(optionalDependencies)) {
      const path = `node_modules/${name}`
      const there = Object.keys(lock.packages).some((key) => key === path || key.endsWith(`/${path}`))
      const system = systemOf(name)
      if (there || !(system.os ?? system.cpu) || !/^\d/.test(range)) continue
      missing[path] = { version: range, ...(dev ? { dev } : {}), optional: true, ...system }
    }
  }
  return missing
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(root, 'package-lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  const missing = missingOptional(lock)
  const entries = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en'))
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(entries) }, null, 2)}\n`)
  process.stdout.write(`${Object.keys(missing).length} entries added\n`)
}
