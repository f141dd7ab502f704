/** The options of `npm start`: what is read, and the sentence for what cannot be. */
import { describe, expect, it, vi } from 'vitest'
import { readOptions } from '@/scripts/setup/options.mjs'
import { nodeIsNewEnough } from '@/scripts/setup/main.mjs'

describe('readOptions', () => {
  it('leaves the defaults to the server', () => {
    expect(readOptions([])).toEqual({ args: [], dev: false })
  })

  it('reads both spellings and makes paths whole', () => {
    vi.stubEnv('INIT_CWD', '/somewhere')
    expect(readOptions(['--port', '7861', '--host=::1', '--home', 'board', '--root', '/m', '--root', '/n', '--dev'])).toEqual({
      args: ['--port', '7861', '--host', '::1', '--home', '/somewhere/board', '--root', '/m', '--root', '/n', '--dev'], dev: true,
    })
    vi.unstubAllEnvs()
  })

  it.each([
    [['--prot', '1'], 'There is no option "--prot"; the options are --port, --host, --home, --root, --dev.'],
    [['7861'], 'There is no option "7861"; the options are --port, --host, --home, --root, --dev.'],
    [['--port', '99999'], '--port is "99999", but must be a whole number from 0 to 65535.'],
    [['--port', 'x'], '--port is "x", but must be a whole number from 0 to 65535.'],
    [['--port=7.5'], '--port is "7.5", but must be a whole number from 0 to 65535.'],
    [['--home'], '--home needs a value.'],
    [['--host='], '--host needs a value.'],
    [['--port', '1', '--port', '2'], '--port is given twice; keep one.'],
  ])('%j is a fault in one sentence', (argv, sentence) => {
    expect(() => readOptions(argv)).toThrow(sentence)
  })
})

it.each([['v20.9.0', true], ['v20.8.1', false], ['v18.20.0', false], ['v22.0.0', true], ['v24.1.0', true]])('Node %s is new enough: %s', (version, enough) => {
  expect(nodeIsNewEnough(version)).toBe(enough)
})
