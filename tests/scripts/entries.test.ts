/** The scripts as they are called: one sentence and exit code 2 for what the caller got wrong. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '@/scripts/setup/paths.mjs'

function call(script: string, ...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(root, 'scripts', script), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString() })
    child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString() })
    child.on('close', (code) => done({ code, out, err }))
  })
}

describe('a fault of the caller', () => {
  it.each([
    ['start.mjs', ['--prot', '1'], 'There is no option "--prot"; the options are --port, --host, --home, --root, --dev.\n'],
    ['tuneboard.mjs', ['webui', '--port', 'x'], '--port is "x", but must be a whole number from 0 to 65535.\n'],
    ['tuneboard.mjs', ['trian'], 'There is no command "trian"; the commands are train, chat, predict, export, api, webui, env.\n'],
    ['run.mjs', ['nothing'], 'There is no program "nothing"; the programs are conform, bench, starter, latency, large.\n'],
    ['build.mjs', ['nothing'], /^There is nothing called "nothing" to build; there are server, trainer, .*page\.\n$/],
  ])('%s %j', async (script, args, sentence) => {
    const { code, out, err } = await call(script, ...args)
    expect(err).toMatch(sentence)
    expect(err.trim().split('\n')).toHaveLength(1)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })
})

it.each([['start.mjs', 'npm start'], ['tuneboard.mjs', 'tuneboard train']])('%s --help tells how it is used', async (script, start) => {
  const { code, out } = await call(script, '--help')
  expect(out).toContain(start)
  expect(code).toBe(0)
})

it('tuneboard env prints versions and the runtime', async () => {
  const { code, out } = await call('tuneboard.mjs', 'env')
  expect(code).toBe(0)
  expect(out).toMatch(/^tuneboard \d+\.\d+\.\d+\nnode v/)
  expect(out).toContain(`node ${process.version}`)
  expect(out).toMatch(/^runtime: \S/m)
})
