/** The options of `npm start` and `tuneboard webui`. Leaves out what needs the network stack: the server itself says whether host and port can be had. */
import { resolve } from 'node:path'
import { root } from './paths.mjs'
import { Failure } from './say.mjs'

const readers = {
  '--port': (text) => {
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw new Failure(`--port is "${text}", but must be a whole number from 0 to 65535.`)
    return Number(text)
  },
  '--host': (text) => text,
  // npm runs scripts in the package's folder; a relative path means the folder that the reader was in.
  '--home': (text) => resolve(process.env.INIT_CWD ?? process.cwd(), text),
}

export const usage = `npm start -- [--port 7860] [--host 127.0.0.1] [--home DIR]
  --port  port of the page
  --host  address to listen on; any but the loopback one needs a token, which is printed
  --home  folder of saves/, uploads and the model cache (default: the checkout)`

/**
 * `--name value` or `--name=value`, each at most once.
 * @returns {{port: number, host: string, home: string}}
 * @throws {Failure} for an unknown option, a missing or wrong value
 */
export function readOptions(argv) {
  const found = { '--port': 7860, '--host': '127.0.0.1', '--home': root }
  const given = new Set()
  for (let i = 0; i < argv.length; i++) {
    const [name, inline] = split(argv[i])
    if (!Object.hasOwn(readers, name)) throw new Failure(`There is no option "${name}"; the options are ${Object.keys(readers).join(', ')}.`)
    if (given.has(name)) throw new Failure(`${name} is given twice; keep one.`)
    given.add(name)
    const value = inline ?? argv[++i]
    if (value === undefined || value === '') throw new Failure(`${name} needs a value.`)
    found[name] = readers[name](value)
  }
  return { port: found['--port'], host: found['--host'], home: found['--home'] }
}

function split(word) {
  const at = word.startsWith('--') ? word.indexOf('=') : -1
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}
