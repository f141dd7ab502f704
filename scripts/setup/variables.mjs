/**
 * The variables of a runtime (`env` in .tuneboard/runtime.json), put into an environment. Where libraries are looked for is read when a process
 * starts and by nothing later, so a program that needs other folders for that goes on in a second Node.
 */
import { spawn } from 'node:child_process'

const libraryPath = 'LD_LIBRARY_PATH'

/**
 * `current` with what the runtime needs: the user's own values stay, and the runtime's folders of libraries come before the user's.
 * @param {Record<string, string>} needed
 * @param {Record<string, string | undefined>} current
 */
export function withRuntime(needed, current) {
  const merged = { ...needed, ...Object.fromEntries(Object.entries(current).filter(([, value]) => value !== undefined)) }
  if (needed[libraryPath] && !hasLibraries(needed, current)) merged[libraryPath] = [needed[libraryPath], current[libraryPath]].filter(Boolean).join(':')
  return merged
}

/** Whether a process started in `current` finds the runtime's libraries. */
export function hasLibraries(needed, current) {
  return !needed[libraryPath] || `${current[libraryPath] ?? ''}:`.startsWith(`${needed[libraryPath]}:`)
}

/** The same program once more, in `env`; ends this process as that one ends. */
export function goOn(args, env) {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { env, stdio: 'inherit' })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.on('error', fail)
    child.on('close', (code, signal) => {
      process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143)
      done()
    })
  })
}
