/**
 * `npm test`: the set-up, the types, the tests without and with the browser; all of them run even if one fails, and the last line
 * counts them together. Words after `--` are handed to vitest instead (`npm test -- tests/lib`), without types and browser set-up.
 */
import { join } from 'node:path'
import { rmSync } from 'node:fs'
import { findChromium, installChromium } from './chromium.mjs'
import { readNote } from './files.mjs'
import { root, state } from './paths.mjs'
import { prepare } from './prepare.mjs'
import { runTool } from './run-tool.mjs'
import { say, step } from './say.mjs'

const report = join(state, 'tests.json')

export async function runTests(words) {
  await prepare({ bundles: ['server', 'trainer', 'tokens'], runtime: true, page: true })
  const results = words.length > 0 ? [await vitest(words)] : [
    await types(),
    await vitest(['--project', 'unit', '--project', 'trainer']),
    await browser(),
  ]
  const { passed, failed, skipped } = sum(results)
  if (skipped > 0) process.stdout.write(`${skipped} skipped\n`)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exitCode = failed > 0 ? 1 : 0
}

/** @param {{passed: number, failed: number, skipped: number}[]} results */
export function sum(results) {
  const total = (key) => results.reduce((count, result) => count + result[key], 0)
  return { passed: total('passed'), failed: total('failed'), skipped: total('skipped') }
}

/** The types count as one test. */
async function types() {
  say('• Checking the types …')
  const { code } = await runTool(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit'], { cwd: root, show: true })
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
}

async function browser() {
  if (!await findChromium()) await step('Installing Chromium for the browser tests', installChromium)
  return vitest(['--project', 'browser'], { CHROMIUM: await findChromium() ?? undefined })
}

async function vitest(words, env = {}) {
  rmSync(report, { force: true })
  const program = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const { code } = await runTool(process.execPath, [program, 'run', ...words, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], { cwd: root, env, show: true })
  return countOf(readNote(report), code)
}

/**
 * What a vitest report says in numbers. A file that failed without a failed test (it did not load, or what its tests need could not be
 * made) counts as one failure; so does a run that ended badly with every test passed (an unhandled error, no tests found).
 */
export function countOf(found, code) {
  if (!found) return { passed: 0, failed: 1, skipped: 0 }
  const unloaded = found.testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')).length
  const failed = found.numFailedTests + unloaded
  return { passed: found.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed, skipped: found.numPendingTests + found.numTodoTests }
}
