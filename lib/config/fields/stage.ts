/** The training's stage, and the settings that only some of them have. Types and defaults: LLaMA-Factory's `finetuning_args.py`. */
import { boolean, choice, integer, number, text } from '@/lib/config/field'

const pairs = { stage: ['dpo'] } as const
const ratings = { stage: ['kto'] } as const
const preference = { stage: ['dpo', 'kto'] } as const
const ppo = { stage: ['ppo'] } as const

export const stageFields = {
  stage: choice(['pt', 'sft', 'rm', 'ppo', 'dpo', 'kto'], 'sft', { group: 'basics', order: 1, widget: 'select', element: 'training_stage', needs: { ppo: 'ppo' } }),
  pref_loss: choice(['sigmoid', 'hinge', 'ipo', 'kto_pair', 'orpo', 'simpo'], 'sigmoid', { group: 'preference', order: 1, widget: 'select', when: pairs }),
  pref_beta: number(0.1, { minimum: 0, maximum: 1, group: 'preference', order: 2, widget: 'slider', step: 0.01, when: preference }),
  pref_ftx: number(0, { minimum: 0, maximum: 10, group: 'preference', order: 3, widget: 'slider', step: 0.01, when: preference }),
  dpo_label_smoothing: number(0, { minimum: 0, maximum: 0.5, group: 'preference', widget: 'slider', step: 0.01, when: { ...pairs, pref_loss: ['sigmoid'] } }),
  simpo_gamma: number(0.5, { minimum: 0, group: 'preference', widget: 'number', step: 0.1, when: { ...pairs, pref_loss: ['simpo'] } }),
  ld_alpha: number(null, { minimum: 0, maximum: 1, group: 'preference', widget: 'number', step: 0.1, when: pairs }),
  kto_chosen_weight: number(1, { minimum: 0, group: 'preference', widget: 'number', step: 0.1, when: ratings }),
  kto_rejected_weight: number(1, { minimum: 0, group: 'preference', widget: 'number', step: 0.1, when: ratings }),
  pref_bco_weight: number(0, { minimum: 0, needs: { '*': 'losses' } }),
  ref_model: text(null, { needs: { '*': 'reference_model' } }),
  ref_model_adapters: text(null, { part_of: 'ref_model' }),
  ref_model_quantization_bit: integer(null, { minimum: 2, maximum: 8, part_of: 'ref_model' }),
  ppo_buffer_size: integer(1, { minimum: 1, part_of: 'stage' }),
  ppo_epochs: integer(4, { minimum: 1, part_of: 'stage' }),
  ppo_score_norm: boolean(false, { group: 'preference', widget: 'switch', when: ppo, part_of: 'stage' }),
  ppo_target: number(6, { part_of: 'stage' }),
  ppo_whiten_rewards: boolean(false, { group: 'preference', widget: 'switch', when: ppo, part_of: 'stage' }),
  reward_model: text(null, { group: 'preference', widget: 'text', when: ppo, part_of: 'stage' }),
  reward_model_adapters: text(null, { part_of: 'stage' }),
  reward_model_quantization_bit: integer(null, { minimum: 2, maximum: 8, part_of: 'stage' }),
  reward_model_type: choice(['lora', 'full', 'api'], 'lora', { part_of: 'stage' }),
}
