/**
 * The options of `npm start` and `tuneboard webui`, looked at before the set-up, so that a slip is told at once and not minutes later.
 * The server reads the same words again; the defaults, and whether host and port can be had, are its own.
 */
import { resolve } from 'node:path'
import { Failure } from './say.mjs'

const port = (text) => {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw new Failure(`--port is "${text}", but must be a whole number from 0 to 65535.`)
  return text
}

// npm runs scripts in the package's folder; a relative path means the folder that the reader was in.
const folder = (text) => resolve(process.env.INIT_CWD ?? process.cwd(), text)

const readers = { '--port': port, '--host': (text) => text, '--home': folder, '--root': folder }
const several = new Set(['--root'])

export const usage = `npm start -- [--port 7860] [--host 127.0.0.1] [--home DIR] [--root DIR …] [--dev]
  --port  port of the page
  --host  address to listen on; any but the loopback one needs a token, which is printed
  --home  folder of saves/, uploads and the model cache (default: the checkout)
  --root  a further folder that the page may read models and datasets from
  --dev   serve the page from its sources, for work on it`

/**
 * `--name value` or `--name=value`.
 * @param {string[]} argv
 * @returns {{args: string[], dev: boolean}} the words for the server, with whole paths
 * @throws {Failure} for an unknown option, a missing or wrong value, a value given twice
 */
export function readOptions(argv) {
  const args = []
  const given = new Set()
  for (let i = 0; i < argv.length; i++) {
    const [name, inline] = split(argv[i])
    if (name !== '--dev' && !Object.hasOwn(readers, name)) throw new Failure(`There is no option "${name}"; the options are ${[...Object.keys(readers), '--dev'].join(', ')}.`)
    if (given.has(name) && !several.has(name)) throw new Failure(`${name} is given twice; keep one.`)
    given.add(name)
    if (name === '--dev') args.push(name)
    else {
      const value = inline ?? argv[++i]
      if (!value) throw new Failure(`${name} needs a value.`)
      args.push(name, readers[name](value))
    }
  }
  return { args, dev: given.has('--dev') }
}

function split(word) {
  const at = word.startsWith('--') ? word.indexOf('=') : -1
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}
