/** The configuration: types, ranges, spellings, support, and the rules between settings. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { fieldOf, keys, missingFeature, type TrainingArgs } from '@/lib/config/fields'
import { parseArgs } from '@/lib/config/schema'
import { readYaml } from '@/lib/config/yaml'
import type { Fault } from '@/lib/errors'
import { sentence, translate } from '@/lib/messages'
import { locales } from '@/lib/messages/locales'
import { fill } from '@/lib/messages/text'

const base = { model_name_or_path: 'data/models/starter', template: 'chatml', dataset: 'identity', output_dir: 'saves/x', do_train: true }

function argsOf(raw: object): TrainingArgs {
  const parsed = parseArgs({ ...base, ...raw })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return parsed.args
}

const faultsOf = (raw: unknown): Fault[] => {
  const parsed = parseArgs(raw)
  return parsed.ok ? [] : parsed.faults
}

describe('values', () => {
  it('take LLaMA-Factory’s defaults where a key is absent', () => {
    const args = argsOf({})
    expect(args).toMatchObject({
      stage: 'sft', finetuning_type: 'lora', learning_rate: 5e-5, num_train_epochs: 3, per_device_train_batch_size: 8, gradient_accumulation_steps: 1,
      cutoff_len: 2048, lora_rank: 8, lora_alpha: null, lora_target: ['all'], lr_scheduler_type: 'linear', seed: 42, enable_thinking: true, bf16: false, max_steps: -1, report_to: ['none'],
    })
    expect(Object.keys(args).sort()).toEqual([...keys].sort())
  })

  it.each<[object, object]>([
    [{ learning_rate: '5e-5' }, { learning_rate: 5e-5 }],
    [{ learning_rate: '1.0e-4' }, { learning_rate: 1e-4 }],
    [{ max_samples: '1e3' }, { max_samples: 1000 }],
    [{ num_train_epochs: '3.0' }, { num_train_epochs: 3 }],
    [{ lora_rank: 16.0 }, { lora_rank: 16 }],
    [{ bf16: 'True' }, { bf16: true }],
    [{ plot_loss: 'no' }, { plot_loss: false }],
    [{ dataset: 'identity, alpaca' }, { dataset: ['identity', 'alpaca'] }],
    [{ dataset: ['identity', 'alpaca'] }, { dataset: ['identity', 'alpaca'] }],
    [{ dataset: 'identity', eval_dataset: '' }, { eval_dataset: null }],
    [{ lora_target: 'q_proj,v_proj' }, { lora_target: ['q_proj', 'v_proj'] }],
    [{ eval_strategy: false }, { eval_strategy: 'no' }],
    [{ include_num_input_tokens_seen: true }, { include_num_input_tokens_seen: 'all' }],
    [{ resume_from_checkpoint: true }, { resume_from_checkpoint: true }],
    [{ resume_from_checkpoint: 'saves/x/checkpoint-5' }, { resume_from_checkpoint: 'saves/x/checkpoint-5' }],
    [{ resume_from_checkpoint: false }, { resume_from_checkpoint: null }],
    [{ early_stopping_steps: 2, eval_strategy: 'steps', val_size: 5 }, { early_stopping_steps: 2 }],
    [{ rope_scaling: '' }, { rope_scaling: null }],
    [{ lr_scheduler_type: 'cosine_with_min_lr', lr_scheduler_kwargs: '{"min_lr": 1e-6}' }, { lr_scheduler_kwargs: { min_lr: 1e-6 } }],
    [{ report_to: 'none' }, { report_to: ['none'] }],
    [{ report_to: 'tensorboard' }, { report_to: ['tensorboard'] }],
    [{ val_size: 0.1, eval_strategy: 'epoch' }, { val_size: 0.1 }],
    [{ val_size: 20 }, { val_size: 20 }],
    [{ loraplus_lr_ratio: 0, neftune_noise_alpha: '0.0' }, { loraplus_lr_ratio: null, neftune_noise_alpha: null }],
    [{ image_max_pixels: '768*768', video_min_pixels: ' 16 * 16 ', max_samples: '1_000', learning_rate: '5e-5' }, { image_max_pixels: 589824, video_min_pixels: 256, max_samples: 1000, learning_rate: 5e-5 }],
    [{ loraplus_lr_ratio: 16 }, { loraplus_lr_ratio: 16 }],
    [{ ddp_timeout: 180000000, preprocessing_num_workers: 16, overwrite_cache: true, flash_attn: 'fa2', trust_remote_code: true }, { flash_attn: 'fa2' }],
  ])('%j gives %j', (raw, expected) => {
    expect(argsOf(raw)).toMatchObject(expected)
  })
})

describe('faults of one setting', () => {
  it.each<[string, unknown, string, object]>([
    ['learning_rate', 'abc', 'not_a_number', { value: 'abc' }],
    ['learning_rate', Number.NaN, 'not_a_number', { value: 'NaN' }],
    ['learning_rate', Number.POSITIVE_INFINITY, 'not_a_number', { value: 'Infinity' }],
    ['learning_rate', true, 'not_a_number', { value: 'true' }],
    ['learning_rate', [1], 'not_a_number', { value: '[1]' }],
    ['learning_rate', 0, 'not_greater', { value: 0, minimum: 0 }],
    ['learning_rate', -1e-4, 'not_greater', { minimum: 0 }],
    ['learning_rate', 5, 'above_maximum', { maximum: 1 }],
    ['learning_rate', null, 'empty_value', {}],
    ['learning_rate', '', 'empty_value', {}],
    ['per_device_train_batch_size', 2.5, 'not_an_integer', { value: 2.5 }],
    ['per_device_train_batch_size', '2.5', 'not_an_integer', { value: '2.5' }],
    ['per_device_train_batch_size', 0, 'below_minimum', { minimum: 1 }],
    ['per_device_train_batch_size', -4, 'below_minimum', {}],
    ['gradient_accumulation_steps', 0, 'below_minimum', {}],
    ['num_train_epochs', 0, 'not_greater', {}],
    ['max_steps', 0, 'not_greater', {}],
    ['max_steps', -2, 'below_minimum', {}],
    ['max_samples', 0, 'below_minimum', {}],
    ['max_samples', '1e3x', 'not_a_number', { value: '1e3x', example: '100000 (≥ 1)' }],
    ['max_samples', '10*10', 'not_a_number', { value: '10*10' }],
    ['max_samples', '1__0', 'not_a_number', { value: '1__0' }],
    ['image_max_pixels', '768*', 'not_a_number', { example: '768*768 (≥ 1)' }],
    ['image_max_pixels', '0*4', 'below_minimum', { minimum: 1 }],
    ['cutoff_len', 3, 'below_minimum', {}],
    ['cutoff_len', 1e9, 'above_maximum', {}],
    ['lora_rank', 0, 'below_minimum', {}],
    ['lora_dropout', 1, 'not_less', { maximum: 1 }],
    ['adam_beta1', 1, 'not_less', {}],
    ['max_grad_norm', -1, 'below_minimum', {}],
    ['seed', -1, 'below_minimum', {}],
    ['save_steps', 0, 'not_greater', {}],
    ['warmup_steps', 1.5, 'count_or_share', { value: 1.5 }],
    ['val_size', 2.5, 'count_or_share', {}],
    ['bf16', 'maybe', 'not_a_boolean', { value: 'maybe' }],
    ['bf16', 1, 'not_a_boolean', {}],
    ['lr_scheduler_type', 'cos', 'not_an_option', { value: 'cos' }],
    ['template', ['a'], 'not_a_text', {}],
    ['dataset', { a: 1 }, 'not_a_list', {}],
    ['lora_target', [], 'not_a_list', {}],
    ['report_to', 'tensorbord', 'not_an_option', { value: 'tensorbord' }],
    ['lr_scheduler_kwargs', 'x', 'not_an_object', {}],
    ['lr_scheduler_kwargs', [1], 'not_an_object', {}],
    ['dataset', null, 'missing_key', {}],
    ['model_name_or_path', null, 'missing_key', {}],
    ['output_dir', null, 'missing_key', {}],
  ])('%s = %j is %s', (key, value, code, values) => {
    const faults = faultsOf({ ...base, [key]: value })
    expect(faults).toMatchObject([{ code, field: key, values }])
  })

  it('name the nearest known key', () => {
    expect(faultsOf({ ...base, learning_rat: 1 })).toEqual([{ code: 'unknown_key', values: { key: 'learning_rat', nearest: 'learning_rate' }, field: 'learning_rat' }])
    expect(faultsOf({ ...base, batch_size: 1 })).toMatchObject([{ code: 'unknown_key' }])
    expect(faultsOf({ ...base, loraRank: 8 })).toMatchObject([{ values: { nearest: 'lora_rank' } }])
    expect(faultsOf({ ...base, toString: 8 })).toMatchObject([{ code: 'unknown_key', values: { key: 'toString' } }])
  })

  it('come all at once, one for each field', () => {
    const faults = faultsOf({ ...base, learning_rate: 'x', lora_rank: 1.5, bogus: 1 })
    expect(faults.map(({ field }) => field).sort()).toEqual(['bogus', 'learning_rate', 'lora_rank'])
  })

  it.each([[null], ['text'], [[1]], [5]])('%j is no configuration', (raw) => {
    expect(faultsOf(raw)).toMatchObject([{ code: 'config_not_mapping' }])
  })
})

describe('what only an adapter has', () => {
  it.each([{ adapter_name_or_path: 'saves/a' }, { use_rslora: true }, { use_dora: true }, { loraplus_lr_ratio: 16 }])('%j needs LoRA', (raw) => {
    const [field] = Object.keys(raw)
    for (const finetuning_type of ['full', 'freeze']) {
      expect(faultsOf({ ...base, ...raw, finetuning_type })).toMatchObject([{ code: 'key_needs', values: { key: field, other: 'finetuning_type = lora' }, field }])
    }
    expect(faultsOf({ ...base, ...raw })).toEqual([])
  })
})

describe('what this version lacks', () => {
  it.each<[object, string]>([
    [{ stage: 'ppo' }, 'ppo'],
    [{ ref_model: 'models/other' }, 'reference_model'],
    [{ finetuning_type: 'oft' }, 'oft'],
    [{ quantization_bit: 4 }, 'quantization'],
    [{ use_galore: true }, 'galore'],
    [{ fp16: true }, 'float16'],
    [{ pure_bf16: true }, 'pure_bfloat16'],
    [{ optim: 'lion_8bit' }, 'optimizers'],
    [{ deepspeed: 'ds_z2.json' }, 'devices'],
    [{ report_to: 'wandb' }, 'external_loggers'],
    [{ report_to: 'tensorboard,wandb' }, 'external_loggers'],
  ])('%j needs %s', (raw, feature) => {
    expect(faultsOf({ ...base, ...raw })).toMatchObject([{ code: 'not_yet', values: { feature }, field: Object.keys(raw)[0] }])
  })

  it('is not asked for by a value that trains the same', () => {
    for (const raw of [{ optim: 'adamw_torch_fused' }, { packing: false }, { neftune_noise_alpha: 0 }, { galore_rank: 32 }, { pref_beta: 0.2 }]) expect(faultsOf({ ...base, ...raw })).toEqual([])
  })

  it('never concerns a default', () => {
    expect(keys.filter((key) => missingFeature(key, fieldOf(key).default) !== null)).toEqual([])
  })
})

describe('rules between settings', () => {
  it.each<[object, string, string]>([
    [{ bf16: true, fp16: true }, 'not_yet', 'fp16'],
    [{ mask_history: true, train_on_prompt: true }, 'together', 'mask_history'],
    [{ val_size: 0.1, eval_dataset: 'x' }, 'exactly_one', 'val_size'],
    [{ eval_strategy: 'steps' }, 'no_data_for_eval', 'eval_strategy'],
    [{ do_eval: true }, 'no_data_for_eval', 'do_eval'],
    [{ warmup_steps: 10, warmup_ratio: 0.1 }, 'exactly_one', 'warmup_ratio'],
    [{ early_stopping_steps: 3 }, 'key_needs', 'early_stopping_steps'],
    [{ lr_scheduler_type: 'reduce_lr_on_plateau' }, 'key_needs', 'lr_scheduler_type'],
    [{ lr_scheduler_type: 'cosine_with_min_lr' }, 'scheduler_setting_missing', 'lr_scheduler_kwargs'],
    [{ lr_scheduler_type: 'cosine', lr_scheduler_kwargs: { num_cycle: 2 } }, 'scheduler_setting_unknown', 'lr_scheduler_kwargs'],
    [{ do_train: false }, 'nothing_to_do', 'do_train'],
    [{ pissa_init: true, stage: 'kto' }, 'together', 'pissa_init'],
    [{ pissa_init: true, stage: 'dpo' }, 'together', 'pissa_init'],
    [{ pissa_init: true, finetuning_type: 'full' }, 'key_needs', 'pissa_init'],
  ])('%j is %s at %s', (raw, code, field) => {
    expect(faultsOf({ ...base, ...raw })).toMatchObject([{ code, field }])
  })

  it('let evaluation alone do without a training set', () => {
    expect(faultsOf({ ...base, do_train: false, do_eval: true, dataset: null, eval_dataset: 'identity' })).toEqual([])
  })

  it('are few for a chat, and ask for a folder at an export', () => {
    const chat = { model_name_or_path: 'm', template: 'chatml' }
    expect(parseArgs(chat, 'chat').ok).toBe(true)
    expect(parseArgs({ template: 'chatml' }, 'chat')).toMatchObject({ ok: false, faults: [{ field: 'model_name_or_path' }] })
    expect(parseArgs({ model_name_or_path: 'm' }, 'export')).toMatchObject({ ok: false, faults: [{ code: 'missing_key', field: 'export_dir' }] })
  })
})

describe('sentences', () => {
  const samples = [
    ...faultsOf({ ...base, learning_rate: 'abc', lora_rank: 0, bogus: 1, lora_dropout: 1, cutoff_len: 1e9, val_size: 1.5, bf16: 'x', dataset: {}, seed: 1.5, lr_scheduler_kwargs: 'x', template: [1], optim: 'x', save_steps: 0, max_samples: '' }),
    ...faultsOf({ ...base, use_galore: true, mask_history: true, train_on_prompt: true, eval_strategy: 'steps', warmup_steps: 1, warmup_ratio: 0.5 }),
    ...faultsOf([]),
  ]

  it.each([...locales])('fill every place in %s', (locale) => {
    expect(samples.length).toBeGreaterThan(15)
    for (const fault of samples) expect(sentence(fault, locale)).not.toMatch(/\{[a-z_]+\}|undefined/)
  })

  it('use the same names in both languages', () => {
    const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()
    const [en, zh] = [translate('en').errors, translate('zh').errors]
    for (const code of Object.keys(en) as (keyof typeof en)[]) expect(places(zh[code]), code).toEqual(places(en[code]))
  })

  it('keep the alphabetical order of their codes', () => {
    for (const locale of locales) {
      const codes = Object.keys(translate(locale).errors)
      expect(codes).toEqual([...codes].sort())
    }
  })

  it('name a missing feature in the reader’s language', () => {
    const [fault] = faultsOf({ ...base, stage: 'ppo' })
    expect(sentence(fault, 'en')).toBe('stage = ppo needs the PPO stage, which this version does not have.')
    expect(sentence(fault, 'zh')).toContain('PPO 训练阶段')
  })

  it('leave a forgotten value visible', () => {
    expect(fill('{a} and {b}', { a: 1 })).toBe('1 and {b}')
  })
})

describe('shipped examples', () => {
  const folder = path.resolve('data/examples')
  const purposeOf = (values: Record<string, unknown>) => ('export_dir' in values ? 'export' : 'do_train' in values || 'do_eval' in values ? 'train' : 'chat')

  it.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))('%s is accepted', (name) => {
    const read = readYaml(readFileSync(path.join(folder, name), 'utf8'))
    expect(read).toMatchObject({ ok: true })
    if (read.ok) expect(parseArgs(read.values, purposeOf(read.values))).toMatchObject({ ok: true })
  })
})
