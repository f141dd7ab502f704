/** LLaMA-Factory 0.9.5's own settings, as `tests/fixtures/make_llama_factory.py` wrote them down, beside ours: nothing that is written here is unknown there, and what is left out means the same. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { trainCommand } from '@/lib/config/command'
import { fieldOf, isKey, keys } from '@/lib/config/fields'
import { formDefaults } from '@/lib/config/form'
import { forLlamaFactory } from '@/lib/config/llama-factory'
import { parseArgs } from '@/lib/config/schema'
import { writeYaml } from '@/lib/config/yaml'
import type { Runtime } from '@/lib/runtime'

const theirs = JSON.parse(readFileSync(path.resolve('tests/fixtures/llama_factory.json'), 'utf8')) as { defaults: Record<string, unknown> }

describe('LLaMA-Factory’s settings', () => {
  it('are all known here, and ours there but for those of its older releases', () => {
    expect(Object.keys(theirs.defaults).filter((key) => !isKey(key))).toEqual([])
    expect(keys.filter((key) => !(key in theirs.defaults) && !fieldOf(key).old)).toEqual([])
  })

  it('have the same defaults, so that what a file leaves out means the same', () => {
    const text = (value: unknown) => (Array.isArray(value) ? value.join(',') : (value ?? ''))
    const others = keys.filter((key) => key in theirs.defaults && JSON.stringify(text(fieldOf(key).default)) !== JSON.stringify(text(theirs.defaults[key])))
    // The fused form computes the same.
    expect(others.map((key) => [key, fieldOf(key).default, theirs.defaults[key]])).toEqual([['optim', 'adamw_torch', 'adamw_torch_fused']])
  })
})

describe('a configuration for LLaMA-Factory', () => {
  const parsed = parseArgs({ ...formDefaults(), model_name_or_path: 'm', template: 'qwen', dataset: ['identity'], output_dir: 'saves/x' })
  const runtime = (kind: Runtime['kind']): Runtime => ({ key: '', kind, tensorflow: null, binding: null, ops: null, env: {}, causes: [] })
  const args = parsed.ok ? parsed.args : null

  it('names the CPU where bfloat16 is computed without a GPU, because transformers refuses it else', () => {
    if (args === null) throw new Error('the first values are not valid')
    expect(writeYaml(forLlamaFactory(args, runtime('cpu')))).toMatch(/^use_cpu: true$/m)
    expect(writeYaml(forLlamaFactory(args, null))).toMatch(/^use_cpu: true$/m)
    expect(forLlamaFactory(args, runtime('cuda'))).toBe(args)
    expect(forLlamaFactory({ ...args, bf16: false, optim: 'adamw_hf' }, null)).toMatchObject({ optim: 'adamw_torch', use_cpu: false })
    const float32 = { ...args, bf16: false }
    expect(forLlamaFactory(float32, runtime('wasm'))).toBe(float32)
  })

  it('says lists and older words as its parser takes them', () => {
    const given = parseArgs({ ...args, include_num_input_tokens_seen: true, label_names: 'labels,positions' })
    if (!given.ok) throw new Error(JSON.stringify(given.faults))
    expect(trainCommand(given.args, 'llamafactory-cli')).toMatch(/^ {4}--include_num_input_tokens_seen true \\\n.*^ {4}--label_names labels positions \\$/ms)
    expect(writeYaml(given.args)).toMatch(/^label_names: \["labels", "positions"\]$/m)
  })
})
