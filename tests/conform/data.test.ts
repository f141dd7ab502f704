/**
 * The conformance run on data: a small set of golden files of our own, changed in one place at a time, and the reference's whole set where it is present.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readArguments, runConform } from '@/conform/run'
import { casesOf, fileOf } from '../lib/own-tokenizers'
import { goldenDir } from '../golden'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'golden-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function run(...argv: string[]): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = []
  return { code: await runConform(argv, (line) => lines.push(line)), lines }
}

const write = (name: string, value: unknown) => writeFileSync(path.join(folder, name), JSON.stringify(value))

/** A tokenizer and its texts in the golden files' form. */
function writeOwn(change: (cases: { text: string; ids: number[] }[]) => void = () => {}): void {
  mkdirSync(path.join(folder, 'tokenizers/gpt2'), { recursive: true })
  write('tokenizers/gpt2/tokenizer.json', fileOf('gpt2'))
  const cases = structuredClone(casesOf('gpt2'))
  change(cases)
  write('tokenize.json', {
    tokenizers: { gpt2: { eos_token: null } },
    cases: cases.map(({ text, ids, with_special, decoded, decoded_skip }, i) => ({
      name: `text ${i}`,
      text,
      gpt2: { ids, ids_with_special_tokens: with_special, tokens: ids.map(tokenOf), decoded, decoded_skip_special: decoded_skip, decoded_with_special_tokens: decoded },
    })),
  })
}

const vocabulary = new Map<number, string>([
  ...Object.entries((fileOf('gpt2').model as { vocab: Record<string, number> }).vocab).map(([token, id]) => [id, token] as const),
  ...(fileOf('gpt2').added_tokens as { id: number; content: string }[]).map(({ id, content }) => [id, content] as const),
])
const tokenOf = (id: number) => vocabulary.get(id)

describe('the run', () => {
  test('counts what passes', async () => {
    writeOwn()
    const { code, lines } = await run(folder)
    expect(lines).toEqual([`${casesOf('gpt2').length + 1} passed, 0 failed`])
    expect(code).toBe(0)
  })

  test('one changed number fails its case, by name', async () => {
    writeOwn((cases) => {
      cases[4].ids[0] += 1
    })
    const { code, lines } = await run(folder)
    expect(lines[0]).toMatch(/^FAILED tokenize: gpt2 text 4: .*ids\[0\]: expected \d+, found \d+/)
    expect(lines.at(-1)).toBe(`${casesOf('gpt2').length} passed, 1 failed`)
    expect(code).toBe(1)
  })

  test('nothing to check is no success', async () => {
    const { code, lines } = await run(folder)
    expect(lines).toEqual([`Nothing to check was found in ${folder}.`, '0 passed, 0 failed'])
    expect(code).toBe(1)
  })

  test('a golden file of another shape fails, it is not passed over', async () => {
    write('tokenize.json', { cases: 5 })
    const { code, lines } = await run(folder)
    expect(lines[0]).toContain('FAILED tokenize: the check broke off')
    expect(code).toBe(1)
  })

  test('cases of later features are counted apart', async () => {
    writeOwn()
    mkdirSync(path.join(folder, 'preference'))
    write('preference/ppo.json', { epochs: [{}, {}] })
    const { code, lines } = await run(folder)
    expect(lines[0]).toBe('not yet supported: 2 cases (PPO)')
    expect(code).toBe(0)
    expect((await run(folder, '--only', 'preference')).code).toBe(1)
  })

  test.each([
    [[], 'One folder'],
    [['a', 'b'], 'One folder'],
    [['a', '--only', 'tokenise'], 'nearest name is "tokenize"'],
    [['a', '--only'], '--only needs'],
    [['a', '--all'], 'not an option'],
  ])('the arguments %j', (argv, message) => expect(readArguments(argv)).toContain(message))

  test('--only in both spellings', () => {
    expect(readArguments(['d', '--only', 'convert,tokenize'])).toEqual({ dir: 'd', only: ['tokenize', 'convert'] })
    expect(readArguments(['--only=lora', 'd'])).toEqual({ dir: 'd', only: ['lora'] })
  })
})

const golden = goldenDir()
describe.skipIf(golden === null)('the reference vectors', { timeout: 300_000 }, () => {
  const dir = golden ?? ''

  test('tokenizers, templates, encoding and conversion', async () => {
    const { code, lines } = await run(dir, '--only', 'tokenize,templates,supervised,convert')
    expect(lines.filter((line) => line.startsWith('FAILED'))).toEqual([])
    expect(lines.at(-1)).toMatch(/^\d{4} passed, 0 failed$/)
    expect(code).toBe(0)
  })

  test.each([
    ['templates.json', /"turns":\s*\[\[\[39,/, '"turns": [[[40,', 'templates'],
    ['supervised.json', /"labels":\s*\[-100/, '"labels": [-101', 'supervised'],
    ['convert.json', /"content":\s*"Add\.\\n1 2"/, '"content": "Add.\\n1 3"', 'convert'],
  ])('one change in %s is found', async (file, from, to, name) => {
    symlinkSync(path.join(dir, 'tokenizers'), path.join(folder, 'tokenizers'))
    const text = readFileSync(path.join(dir, file), 'utf8')
    expect(text).toMatch(from)
    writeFileSync(path.join(folder, file), text.replace(from, to))
    const { code, lines } = await run(folder, '--only', name)
    expect(lines.filter((line) => line.startsWith('FAILED'))).toHaveLength(1)
    expect(code).toBe(1)
  })
})
