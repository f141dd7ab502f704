/** YAML, command line and preview: reading, writing, and that one gives back what the other wrote. */
import { describe, expect, it } from 'vitest'
import { quoted, trainCommand } from '@/lib/config/command'
import { fieldOf, keys, type TrainingArgs } from '@/lib/config/fields'
import { formDefaults } from '@/lib/config/form'
import { parseFlags, parseOverrides } from '@/lib/config/overrides'
import { parseArgs } from '@/lib/config/schema'
import { writeNumber } from '@/lib/config/written'
import { readYaml, writeYaml, type Read } from '@/lib/config/yaml'

const base = { model_name_or_path: 'data/models/starter', template: 'chatml', dataset: 'identity', output_dir: 'saves/x', do_train: true }

function argsOf(raw: object): TrainingArgs {
  const parsed = parseArgs({ ...base, ...raw })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return parsed.args
}

function valuesOf(read: Read): Record<string, unknown> {
  if (!read.ok) throw new Error(JSON.stringify(read.faults))
  return read.values
}

const odd = {
  learning_rate: 1e-7, adam_epsilon: 1e-8, warmup_steps: 0.03, val_size: 0.125, eval_strategy: 'steps', eval_steps: 20, lora_target: ['q_proj', 'v_proj'], dataset: ['a', 'b'],
  lr_scheduler_type: 'cosine_with_min_lr', lr_scheduler_kwargs: { min_lr: 1e-9, num_cycles: 0.5 }, enable_thinking: false, output_dir: 'saves/my model/lora/it’s #1: ok', run_name: 'no',
  default_system: 'First line: "a"\n  second\\ line\n', bf16: true, max_samples: 7, resume_from_checkpoint: true, save_total_limit: 2, max_grad_norm: 0, model_name_or_path: '模型/起始',
}

describe('reading YAML', () => {
  it('follows PyYAML', () => {
    const values = valuesOf(readYaml('a: 1_000\nb: 5.0e-05\nc: yes\nd: 2024-01-01\ne: ~\nf: "5e-5"\ng: 5e-5 # rate\nh: {min_lr: 1e-6}\ni:\n- x\n- y\n'))
    expect(values).toEqual({ a: 1000, b: 5e-5, c: true, d: '2024-01-01', e: null, f: '5e-5', g: 5e-5, h: { min_lr: 1e-6 }, i: ['x', 'y'] })
  })

  it('takes JSON', () => {
    expect(valuesOf(readYaml('{"learning_rate": 1e-4, "bf16": true}'))).toEqual({ learning_rate: 1e-4, bf16: true })
  })

  it.each<[string, string, object]>([
    ['a: 1\nb: [1\nc: 2', 'yaml_syntax', { line: 3 }],
    ['a: b: c', 'yaml_syntax', { line: 1, column: 4 }],
    ['\ta: 1', 'yaml_syntax', { line: 1 }],
    ['a: "open\n', 'yaml_syntax', {}],
    ['a: 1\nb: 2\na: 3', 'key_twice', { key: 'a', first: 1, second: 3 }],
    ['- a\n- b', 'config_not_mapping', { found: '["a","b"]' }],
    ['', 'config_empty', {}],
    ['# only a comment\n', 'config_empty', {}],
    ['just text', 'config_not_mapping', {}],
  ])('%j is %s', (text, code, values) => {
    expect(readYaml(text)).toMatchObject({ ok: false, faults: [{ code, values }] })
  })

  it('counts lines of Windows files', () => {
    expect(readYaml('a: 1\r\nb: 2\r\na: 3\r\n')).toMatchObject({ ok: false, faults: [{ values: { first: 1, second: 3 } }] })
  })
})

describe('writing YAML', () => {
  it.each([['the page’s first values', formDefaults()], ['odd values', odd]])('gives back %s', (_, raw) => {
    const args = argsOf({ ...raw, ...('model_name_or_path' in odd && raw === odd ? {} : base) })
    expect(parseArgs(valuesOf(readYaml(writeYaml(args))))).toEqual({ ok: true, args })
  })

  it('gives back every key at a value other than its default', () => {
    const other = (key: (typeof keys)[number]): unknown => {
      const { kind, default: fallback, minimum = 1, options } = fieldOf(key)
      if (kind === 'boolean') return fallback !== true
      if (kind === 'choice') return options?.find((option) => option !== fallback)
      if (kind === 'names') return ['x', 'y']
      if (kind === 'object') return { a: 1e-7, b: [true, 'no', null], 'c d': 'x: y' }
      if (kind === 'text' || kind === 'text_or_true') return '007'
      return fallback === minimum ? minimum + (kind === 'integer' ? 1 : 0.5) : minimum
    }
    const args = Object.fromEntries(keys.map((key) => [key, other(key)])) as TrainingArgs
    const values = valuesOf(readYaml(writeYaml(args)))
    const { safeParse } = { safeParse: (key: (typeof keys)[number], value: unknown) => fieldOf(key).schema.safeParse(value) }
    const wrong = keys.filter((key) => JSON.stringify(safeParse(key, values[key]).data) !== JSON.stringify(safeParse(key, args[key]).data))
    expect(wrong).toEqual([])
  })

  it('writes numbers that PyYAML reads as numbers', () => {
    const text = writeYaml(argsOf(odd))
    expect(text).toContain('learning_rate: 1.0e-07\n')
    expect(text).toContain('"min_lr": 1.0e-09')
    expect(text).toContain('run_name: "no"\n')
    expect(text).toContain('dataset: a,b\n')
    expect(text).toContain('resume_from_checkpoint: true\n')
    expect([writeNumber(5e-5, true), writeNumber(3, true), writeNumber(3, false), writeNumber(1.25e-7, true), writeNumber(1e21, true), writeNumber(0.001, true), writeNumber(-2e-5, true)]).toEqual([
      '5.0e-05', '3.0', '3', '1.25e-07', '1.0e+21', '0.001', '-2.0e-05',
    ])
  })

  it('leaves out what LLaMA-Factory would not know or need', () => {
    const text = writeYaml(argsOf({}))
    for (const key of ['group_by_length', 'galore_rank', 'resume_from_checkpoint', 'eval_dataset', 'null']) expect(text).not.toContain(key)
  })
})

describe('overrides', () => {
  it('read key=value as llamafactory-cli does', () => {
    expect(valuesOf(parseOverrides(['learning_rate=1e-4', 'bf16=true', 'dataset=a,b', 'output_dir=saves/x=y', 'max_samples=', 'lr_scheduler_kwargs={min_lr: 1e-6}', 'run_name=007', 'lora_target=[q,v]', 'seed=1', 'seed=2']))).toEqual({
      learning_rate: 1e-4, bf16: true, dataset: 'a,b', output_dir: 'saves/x=y', max_samples: null, lr_scheduler_kwargs: { min_lr: 1e-6 }, run_name: '007', lora_target: ['q', 'v'], seed: 2,
    })
  })

  it('give a number’s text to the schema where YAML does not read it', () => {
    expect(parseArgs({ ...base, ...valuesOf(parseOverrides(['learning_rate=abc', 'lora_rank=1.5'])) })).toMatchObject({ ok: false, faults: [{ code: 'not_a_number' }, { code: 'not_an_integer' }] })
  })

  it.each([['learning_rate'], ['=5'], ['--lr=5'], ['-x']])('refuse %j', (argument) => {
    expect(parseOverrides([argument])).toMatchObject({ ok: false, faults: [{ code: 'override_invalid', values: { argument } }] })
  })
})

describe('flags', () => {
  it('read --key value', () => {
    expect(valuesOf(parseFlags(['--learning_rate', '5.0e-05', '--bf16', '--do_train', 'true', '--max_steps', '-1', '--dataset=a,b', '--report_to', 'none', '--lora_target', 'q_proj', 'v_proj', '--no_enable_thinking']))).toEqual({
      learning_rate: 5e-5, bf16: true, do_train: true, max_steps: -1, dataset: 'a,b', report_to: 'none', lora_target: ['q_proj', 'v_proj'], enable_thinking: false,
    })
  })

  it('refuse a value without a flag', () => {
    expect(parseFlags(['train', '--bf16'])).toMatchObject({ ok: false, faults: [{ code: 'override_invalid' }] })
  })
})

describe('the command', () => {
  /** Words of a shell line, as far as `quoted` makes them. */
  const shellWords = (line: string) => [...line.replaceAll('\\\n', ' ').matchAll(/(?:'[^']*'|\\'|[^\s'\\])+/g)].map(([found]) => found.replaceAll(/'([^']*)'|\\(')/g, '$1$2'))

  it('has one line for each setting', () => {
    const lines = trainCommand(argsOf({ bf16: true }), 'tuneboard').split('\n')
    expect(lines[0]).toBe('npx tuneboard train \\')
    expect(lines).toContain('    --learning_rate 5.0e-05 \\')
    expect(lines).toContain('    --bf16 true \\')
    for (const line of lines.slice(1, -1)) expect(line).toMatch(/^ {4}--[a-z_0-9]+ \S.* \\$/)
    expect(lines.at(-1)).not.toMatch(/\\$/)
    expect(trainCommand(argsOf({}), 'llamafactory-cli')).toMatch(/^llamafactory-cli train \\\n/)
  })

  it('keeps what was switched off against its default, and leaves out what is off anyway', () => {
    const command = trainCommand(argsOf({ enable_thinking: false }), 'tuneboard')
    expect(command).toContain('--enable_thinking false')
    expect(command).not.toContain('overwrite_output_dir')
  })

  it.each(['tuneboard', 'llamafactory-cli'] as const)('of %s reads back to the same configuration', (program) => {
    for (const raw of [{}, odd, { ...formDefaults(), ...base }]) {
      const args = argsOf(raw)
      const words = shellWords(trainCommand(args, program))
      expect(parseArgs(valuesOf(parseFlags(words.slice(words.indexOf('train') + 1))))).toEqual({ ok: true, args })
    }
  })

  it('quotes for a shell', () => {
    expect(['a-b_c/d.e:1,2', 'a b', "it's", '$HOME', '', '模型'].map(quoted)).toEqual(['a-b_c/d.e:1,2', "'a b'", String.raw`'it'\''s'`, "'$HOME'", "''", "'模型'"])
  })
})
