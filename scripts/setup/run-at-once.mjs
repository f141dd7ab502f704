/**
 * Marks the modules of the page's scripts as functions that run at once. A browser reads such a script beside its main thread, but leaves out what lies in a
 * function that is only handed on, and Turbopack wraps every module so: all of it would be read again, on the main thread. V8 takes parentheses for the mark.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import vm from 'node:vm'
import { filesUnder } from './fingerprint.mjs'

/** A script that hands its modules to the list on which Turbopack's runtime waits, and does nothing else. */
const handsOn = /^\(globalThis\.TURBOPACK\|\|\(globalThis\.TURBOPACK=\[\]\)\)\.push\(\[/

/** The script with each module in parentheses; another kind of script as it is. */
export function marked(script) {
  if (!handsOn.test(script)) return script
  const sandbox = vm.createContext({})
  vm.runInContext(script, sandbox)
  const modules = sandbox.TURBOPACK.flat().filter((part) => typeof part === 'function').map(String)
  let done = 0
  const pieces = modules.map((module) => {
    const at = script.indexOf(module, done)
    const piece = `${script.slice(done, at)}(${module})`
    done = at + module.length
    return piece
  })
  return pieces.join('') + script.slice(done)
}

export function runAtOnce(folder) {
  for (const file of filesUnder([folder]).filter((name) => name.endsWith('.js'))) writeFileSync(file, marked(readFileSync(file, 'utf8')))
}
