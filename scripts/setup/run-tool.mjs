/** Runs another program to its end. Leaves out deciding what its failure means. */
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: Record<string, string | undefined>, show?: boolean}} [options] `show` lets its output through to standard error as well
 * @returns {Promise<{code: number, stdout: string, stderr: string}>} `code` is 127 where the program is not there, 128 where a signal ended it
 */
export function runTool(command, args, { cwd, env, show = false } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    const pass = (chunk) => show && process.stderr.write(chunk)
    child.stdout.on('data', (chunk) => { stdout += chunk; pass(chunk) })
    child.stderr.on('data', (chunk) => { stderr += chunk; pass(chunk) })
    child.on('error', (error) => done({ code: 127, stdout, stderr: error.message }))
    child.on('close', (code) => done({ code: code ?? 128, stdout, stderr }))
  })
}

/** The first of `names` that the search path has, with its full path; null when none is there. */
export function findTool(names, path = process.env.PATH ?? '') {
  for (const name of names) {
    if (!name) continue
    for (const folder of name.includes('/') ? [''] : path.split(delimiter)) {
      const file = folder ? join(folder, name) : name
      try {
        accessSync(file, constants.X_OK)
        return file
      } catch { /* not in this folder: the next one is tried */ }
    }
  }
  return null
}
