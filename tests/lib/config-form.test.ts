/** The page's form, derived: groups, first values, visibility, support; and that every setting on it has its words. */
import { describe, expect, it } from 'vitest'
import { groups } from '@/lib/config/field'
import { fieldOf, keys } from '@/lib/config/fields'
import { differs, formDefaults, formGroups, lacking, optionsOf, visible } from '@/lib/config/form'
import { jointLacking, jointOf, joints, type JointName } from '@/lib/config/joint'
import { parseArgs } from '@/lib/config/schema'
import { translate } from '@/lib/messages'
import { locales } from '@/lib/messages/locales'
import { fieldText, optionText } from '@/lib/messages/labels'

describe('groups', () => {
  it('hold every setting that has one, once', () => {
    const shown = formGroups.flatMap((group) => group.keys)
    expect(new Set(shown).size).toBe(shown.length)
    expect([...shown].sort()).toEqual(keys.filter((key) => fieldOf(key).group && fieldOf(key).group !== 'more').sort())
    expect(formGroups.map(({ id }) => id)).toEqual(groups.filter((id) => id !== 'more'))
  })

  it('put what people change first in front', () => {
    expect(formGroups.find(({ id }) => id === 'basics')?.keys.slice(0, 4)).toEqual(['stage', 'learning_rate', 'num_train_epochs', 'per_device_train_batch_size'])
  })
})

describe('first values', () => {
  it('are LLaMA Board’s', () => {
    expect(formDefaults()).toMatchObject({
      learning_rate: 5e-5, num_train_epochs: 3, max_grad_norm: 1, max_samples: 100000, cutoff_len: 2048, per_device_train_batch_size: 2, gradient_accumulation_steps: 8, val_size: 0,
      lr_scheduler_type: 'cosine', logging_steps: 5, save_steps: 100, warmup_steps: 0, lora_rank: 8, lora_alpha: 16, lora_dropout: 0, bf16: true, enable_thinking: true,
      galore_rank: 16, pref_beta: 0.1, badam_update_ratio: 0.05, export_size: 5, temperature: 0.95, top_p: 0.7,
    })
  })

  it('become a training with a model, a template, a dataset and a folder', () => {
    expect(parseArgs({ ...formDefaults(), model_name_or_path: 'm', template: 'chatml', dataset: 'identity', output_dir: 'o' })).toMatchObject({ ok: true })
  })

  it('lie within their own ranges', () => {
    expect(keys.filter((key) => !fieldOf(key).schema.safeParse(fieldOf(key).form ?? fieldOf(key).default).success)).toEqual([])
  })
})

describe('a setting on the page', () => {
  it('is shown while its condition holds', () => {
    expect(visible('lora_rank', { finetuning_type: 'lora' })).toBe(true)
    expect(visible('lora_rank', { finetuning_type: 'full' })).toBe(false)
    expect(visible('learning_rate', {})).toBe(true)
    expect(visible('pissa_convert', { finetuning_type: 'lora', pissa_init: true })).toBe(true)
    expect(visible('pissa_convert', { finetuning_type: 'lora', pissa_init: false })).toBe(false)
  })

  it('says what it lacks', () => {
    expect(lacking('use_galore')).toBe('galore')
    expect(lacking('galore_rank')).toBe('galore')
    expect(lacking('ppo_score_norm')).toBe('ppo')
    expect(lacking('learning_rate')).toBeNull()
    expect(optionsOf('stage')).toContainEqual({ value: 'ppo', lacking: 'ppo' })
    expect(optionsOf('stage')).toContainEqual({ value: 'dpo', lacking: null })
    expect(optionsOf('stage')).toContainEqual({ value: 'sft', lacking: null })
  })

  it('names parents and conditions that exist', () => {
    for (const key of keys) {
      const { part_of, when } = fieldOf(key)
      for (const other of [...(part_of ? [part_of] : []), ...Object.keys(when ?? {})]) expect(keys, key).toContain(other)
    }
  })
})

describe('a control that stands for several keys', () => {
  const names = Object.keys(joints) as JointName[]

  it.each(names)('%s reads what it wrote', (name) => {
    const { options, read, write, keys: own } = jointOf(name)
    for (const option of options) expect(read(write(option))).toBe(option)
    expect(read(formDefaults())).toBe(options[0])
    for (const key of own) expect(keys).toContain(key)
  })

  it('says what an option lacks', () => {
    expect(['bf16', 'fp32', 'fp16', 'pure_bf16'].map((option) => jointLacking('compute_type', option))).toEqual([null, null, 'float16', 'pure_bfloat16'])
    expect(['auto', 'flashattn2', 'liger_kernel', 'unsloth'].map((option) => jointLacking('booster', option))).toEqual([null, null, null, 'other_engines'])
  })
})

describe('a value as it was typed', () => {
  it('differs from the first one by its meaning, not by its spelling', () => {
    expect(differs('learning_rate', '5.0e-05')).toBe(false)
    expect(differs('lora_target', 'all')).toBe(false)
    expect(differs('neftune_noise_alpha', '')).toBe(false)
    expect(differs('learning_rate', 'abc')).toBe(true)
    expect(differs('learning_rate', '')).toBe(true)
    expect(differs('lora_target', 'q_proj')).toBe(true)
  })
})

describe('words', () => {
  it.each([...locales])('exist in %s for every setting of the page, and for no other', (locale) => {
    const { fields, groups: names } = translate(locale)
    expect(Object.keys(fields).sort()).toEqual(formGroups.flatMap((group) => [...group.keys]).sort())
    expect(Object.keys(names).sort()).toEqual(formGroups.map(({ id }) => id).sort())
    for (const { label, help } of Object.values(fields)) {
      expect(label).not.toBe('')
      expect(help).toMatch(/[.。]$/)
    }
  })

  it('are LLaMA Board’s labels in English', () => {
    const label = (key: string) => fieldText(translate('en'), key).label
    expect([label('learning_rate'), label('model_name'), label('lora_rank'), label('compute_type'), label('template'), label('cutoff_len')]).toEqual([
      'Learning rate', 'Model name', 'LoRA rank', 'Compute type', 'Chat template', 'Cutoff length',
    ])
  })

  it('name options that exist', () => {
    const { options } = translate('en')
    for (const [key, words] of Object.entries(options)) {
      const known = key in joints ? [...jointOf(key as JointName).options] : optionsOf(key as (typeof keys)[number]).map(({ value }) => value)
      expect(Object.keys(words).sort(), key).toEqual([...known].sort())
    }
    expect(optionText(translate('zh'), 'stage', 'sft')).toBe('指令监督微调')
    expect(optionText(translate('zh'), 'lr_scheduler_type', 'cosine')).toBe('cosine')
    expect(fieldText(translate('en'), 'ddp_timeout')).toEqual({ label: 'ddp_timeout', help: '' })
  })
})
