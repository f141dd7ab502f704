/**
 * The conformance run: `conform DIR [--only name,name]` checks the project against every golden file under DIR. Failing cases are printed one per line,
 * those that need a later part of the product are counted by part, and the last line is `N passed, N failed`.
 */
import path from 'node:path'
import { nearest } from '@/lib/config/nearest'
import type { Check, CheckResult } from '@/conform/check'

/** The checks by name; each loads its code only when it runs. */
const checks = {
  tokenize: async () => (await import('@/conform/tokenize')).check,
  templates: async () => (await import('@/conform/templates')).check,
  supervised: async () => (await import('@/conform/supervised')).check,
  convert: async () => (await import('@/conform/convert')).check,
  schedulers: async () => (await import('@/conform/schedulers')).check,
  forward: async () => (await import('@/conform/forward')).check,
  lora: async () => (await import('@/conform/lora')).check,
  preference: async () => (await import('@/conform/preference')).check,
  metrics: async () => (await import('@/conform/metrics')).check,
} satisfies Record<string, () => Promise<Check>>
type CheckName = keyof typeof checks
const checkNames = Object.keys(checks) as CheckName[]

const USAGE = `conform DIR [--only ${checkNames.join(',')}]`

/** Reads the arguments; a text says what is wrong with them. */
export function readArguments(argv: readonly string[]): { dir: string; only: readonly CheckName[] } | string {
  const folders: string[] = []
  let only: readonly string[] = checkNames
  for (let i = 0; i < argv.length; i++) {
    const [option, given] = argv[i].split('=', 2)
    if (option === '--only') {
      const value = given ?? argv[++i] ?? ''
      only = value.split(',').filter((name) => name !== '')
      if (only.length === 0) return `--only needs names of checks: ${checkNames.join(', ')}.`
    } else if (option.startsWith('-')) return `"${argv[i]}" is not an option; usage: ${USAGE}`
    else folders.push(argv[i])
  }
  if (folders.length !== 1) return `One folder of golden files is needed; usage: ${USAGE}`
  const unknown = only.find((name) => !Object.hasOwn(checks, name))
  if (unknown !== undefined) return `There is no check "${unknown}"; the nearest name is "${nearest(unknown, checkNames)}".`
  return { dir: folders[0], only: checkNames.filter((name) => only.includes(name)) }
}

interface Tally {
  passed: number
  failed: number
  /** Feature → cases that wait for it. */
  later: Map<string, number>
}

/** Runs the checks; the exit code: 0 all passed, 1 something failed or nothing was found, 2 wrong arguments. */
export async function runConform(argv: readonly string[], print: (line: string) => void = console.log): Promise<number> {
  const given = readArguments(argv)
  if (typeof given === 'string') {
    print(given)
    return 2
  }
  const tally: Tally = { passed: 0, failed: 0, later: new Map() }
  for (const name of given.only) await runCheck(name, path.resolve(given.dir), tally, print)
  for (const [feature, count] of [...tally.later].sort()) print(`not yet supported: ${count} ${count === 1 ? 'case' : 'cases'} (${feature})`)
  if (tally.passed + tally.failed === 0) print(`Nothing to check was found in ${given.dir}.`)
  print(`${tally.passed} passed, ${tally.failed} failed`)
  return tally.failed > 0 || tally.passed === 0 ? 1 : 0
}

/** A check that throws has failed as a whole: a golden file that is damaged or of another shape must not pass in silence. */
async function runCheck(name: CheckName, dir: string, tally: Tally, print: (line: string) => void): Promise<void> {
  try {
    const check: Check = await checks[name]()
    for await (const result of check(dir)) count(name, result, tally, print)
  } catch (error) {
    count(name, { name: 'the check broke off', ok: false, detail: error instanceof Error ? (error.stack ?? error.message) : String(error) }, tally, print)
  }
}

function count(check: CheckName, result: CheckResult, tally: Tally, print: (line: string) => void): void {
  if (result.unsupported !== undefined) tally.later.set(result.unsupported, (tally.later.get(result.unsupported) ?? 0) + 1)
  else if (result.ok) tally.passed++
  else {
    tally.failed++
    print(`FAILED ${check}: ${result.name}: ${(result.detail ?? 'no detail').replaceAll('\n', ' ')}`)
  }
}
