/** Files for the form: LLaMA-Factory's, LLaMA Board's own, and damaged ones; nothing of them is lost without a word. And the presets. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { fieldOf, keys, same } from '@/lib/config/fields'
import { formDefaults } from '@/lib/config/form'
import { importSettings, type Imported } from '@/lib/config/import'
import { forLlamaFactory } from '@/lib/config/llama-factory'
import { presetArgs, presetNames, type Room } from '@/lib/config/presets'
import { parseArgs } from '@/lib/config/schema'
import { broughtAlong } from '@/lib/config/train-page'
import { writeYaml } from '@/lib/config/yaml'

function imported(text: string): Imported {
  const { imported: found, faults } = importSettings(text)
  if (found === null) throw new Error(JSON.stringify(faults))
  return found
}

/** The settings that are not at their defaults, read. */
function told({ args }: Imported): Record<string, unknown> {
  const parsed = keys.map((key) => [key, fieldOf(key).schema.parse(args[key])] as const)
  return Object.fromEntries(parsed.filter(([key, value]) => !same(value, fieldOf(key).default)))
}

describe('a file of LLaMA-Factory', () => {
  it('means the same here: what it leaves out is at its default, not at the page’s first value', () => {
    const found = imported('model_name_or_path: m\ntemplate: qwen\ndataset: identity,alpaca\noutput_dir: saves/x\nlearning_rate: 1.0e-4\nlora_rank: 16\n')
    expect(told(found)).toEqual({ model_name_or_path: 'm', template: 'qwen', dataset: ['identity', 'alpaca'], learning_rate: 1e-4, lora_rank: 16 })
    expect(found.args.bf16).toBe(false)
    expect(found).toMatchObject({ faults: [], left_out: ['output_dir'] })
  })

  it('comes back as it was written', () => {
    const args = { ...formDefaults(), model_name_or_path: 'm', template: 'chatml', dataset: ['identity'], learning_rate: 3e-4, eval_strategy: 'steps' as const, val_size: 0.1, warmup_ratio: 0.1 }
    const { args: found, faults } = imported(writeYaml(args))
    expect(faults).toEqual([])
    expect(parseArgs({ ...found, output_dir: 'o' })).toEqual(parseArgs({ ...args, output_dir: 'o' }))
  })

  it('does not bring along what a file only says for LLaMA-Factory’s sake', () => {
    const args = { ...formDefaults(), model_name_or_path: 'm', template: 'chatml', dataset: ['identity'] }
    const found = imported(writeYaml(forLlamaFactory(args, null)))
    expect(found.left_out).toContain('use_cpu')
    expect(broughtAlong(found.args)).toEqual([])
  })

  it('keeps every value that cannot be used for its field, and names every unknown key with the nearest one', () => {
    const found = imported('learning_rate: abc\nper_device_train_batch_size: 2.5\npissa_init: true\nbatch_size: 4\nlearning_rat: 1\nuse_pissa: true\n')
    expect(found.args).toMatchObject({ learning_rate: 'abc', per_device_train_batch_size: 2.5, pissa_init: true })
    expect(found.faults.map(({ code, values }) => [code, values.key, values.nearest])).toEqual([
      ['unknown_key', 'batch_size', 'per_device_train_batch_size'],
      ['unknown_key', 'learning_rat', 'learning_rate'],
      ['unknown_key', 'use_pissa', 'pissa_init'],
      ['not_a_number', 'learning_rate', undefined],
      ['not_an_integer', 'per_device_train_batch_size', undefined],
    ])
    expect(imported('use_galore: true\n').faults).toMatchObject([{ code: 'not_yet', field: 'use_galore' }])
  })

  it('may be the one that LLaMA Board starts its trainer with', () => {
    const found = imported(readFileSync(path.resolve('tests/fixtures/llamaboard_training_args.yaml'), 'utf8'))
    expect(found).toMatchObject({ faults: [], left_out: ['output_dir'] })
    expect(told(found)).toMatchObject({ bf16: true, lora_alpha: 16, gradient_accumulation_steps: 8, max_samples: 100000, val_size: 0.1, eval_strategy: 'steps', eval_steps: 100 })
    expect(found.args).toMatchObject({ learning_rate: 5e-5, lora_target: 'all', preprocessing_num_workers: 16, trust_remote_code: true })
  })

  it.each([
    ['a: [1', 'yaml_syntax'],
    ['just words', 'config_not_mapping'],
    ['', 'config_empty'],
    ['lora_rank: 8\nlora_rank: 16\n', 'key_twice'],
  ])('%j is refused as %s', (text, code) => {
    expect(importSettings(text)).toMatchObject({ imported: null, faults: [{ code }] })
  })
})

describe('LLaMA Board’s own file', () => {
  const board = () => readFileSync(path.resolve('tests/fixtures/llamaboard_config.yaml'), 'utf8')

  it('gives what its runner would pass to the trainer', () => {
    const found = imported(board())
    expect(found).toMatchObject({ model_name: 'Qwen2.5-0.5B-Instruct', extra_args: '{"optim": "adamw_torch"}', faults: [], left_out: [] })
    expect(told(found)).toEqual({
      template: 'qwen', dataset: ['identity'], learning_rate: 1e-4, lora_rank: 16, lora_alpha: 16, val_size: 0.1, max_samples: 100000, per_device_train_batch_size: 2,
      gradient_accumulation_steps: 8, lr_scheduler_type: 'cosine', logging_steps: 5, save_steps: 100, eval_strategy: 'steps', eval_steps: 100, per_device_eval_batch_size: 2,
      do_train: true, plot_loss: true, packing: false,
    })
  })

  it('means adapters by its checkpoints, and with other methods than LoRA the model itself', () => {
    const chosen = (checkpoints: string, method: string) =>
      imported(board().replace('top.checkpoint_path: []', `top.checkpoint_path: ${checkpoints}`).replace('top.finetuning_type: lora', `top.finetuning_type: ${method}`)).args
    expect(chosen('[first, second]', 'lora')).toMatchObject({ adapter_name_or_path: ['saves/Qwen2.5-0.5B-Instruct/lora/first', 'saves/Qwen2.5-0.5B-Instruct/lora/second'] })
    expect(chosen('whole', 'full')).toMatchObject({ model_name_or_path: 'saves/Qwen2.5-0.5B-Instruct/full/whole', finetuning_type: 'full' })
  })

  it('says what of it this version lacks, and names elements that nobody knows', () => {
    const found = imported(`${board().replace('train.use_galore: false', 'train.use_galore: true')}train.some_element: 3\ntrain.ds_stage: '2'\n`.replace(/train\.ds_stage: none\n/, ''))
    expect(found.faults.map(({ code, field }) => [code, field])).toEqual([['not_yet', 'deepspeed'], ['not_yet', 'use_galore']])
    expect(found.left_out).toEqual(['train.some_element'])
  })
})

describe('presets', () => {
  const room: Room = { parameters: 5e8, bf16: true, fits: [{ length: 512, rows: 16 }, { length: 1024, rows: 8 }, { length: 2048, rows: 2 }, { length: 4096, rows: 0 }] }
  const base = { ...formDefaults(), model_name_or_path: 'm', template: 'chatml', dataset: ['identity'], output_dir: 'o' }

  it.each(presetNames)('%s is a training that can be started, with and without data to evaluate on', (name) => {
    expect(parseArgs({ ...base, ...presetArgs(name, room, false) })).toMatchObject({ ok: true })
    expect(parseArgs({ ...base, eval_dataset: ['x'], ...presetArgs(name, room, true) })).toMatchObject({ ok: true })
  })

  it('set the same settings each, so that one can be taken after another', () => {
    const [quick, ...others] = presetNames.map((name) => Object.keys(presetArgs(name, room, false)).sort())
    for (const other of others) expect(other).toEqual(quick)
  })

  it('follow the room that the machine has', () => {
    expect(presetArgs('balanced', room, false)).toMatchObject({ cutoff_len: 2048, per_device_train_batch_size: 2, gradient_accumulation_steps: 8, learning_rate: 5e-4 })
    expect(presetArgs('thorough', room, false)).toMatchObject({ cutoff_len: 2048, per_device_train_batch_size: 2, gradient_accumulation_steps: 16 })
    expect(presetArgs('quick', { ...room, parameters: 7e9, fits: [{ length: 256, rows: 1 }, { length: 512, rows: 0 }] }, false)).toMatchObject({ cutoff_len: 256, per_device_train_batch_size: 1, learning_rate: 2e-4 })
    expect(presetArgs('quick', { ...room, bf16: false, fits: [] }, false)).toMatchObject({ bf16: false, cutoff_len: 512, per_device_train_batch_size: 2 })
  })
})
