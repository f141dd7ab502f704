/** Controls that stand for several keys, as LLaMA Board has them: what they show of the keys, and what they set. */
import type { Feature } from '@/lib/config/field'
import { missingFeature, type Key } from '@/lib/config/fields'

type Values = Readonly<Record<string, unknown>>

interface Joint {
  keys: readonly Key[]
  options: readonly string[]
  /** The control's value; the first key that is set wins, as in LLaMA Board. */
  read: (values: Values) => string
  write: (option: string) => Partial<Record<Key, unknown>>
}

export const joints = {
  compute_type: {
    keys: ['bf16', 'fp16', 'pure_bf16'],
    options: ['bf16', 'fp16', 'fp32', 'pure_bf16'],
    read: ({ bf16, fp16, pure_bf16 }) => (bf16 === true ? 'bf16' : fp16 === true ? 'fp16' : pure_bf16 === true ? 'pure_bf16' : 'fp32'),
    write: (option) => ({ bf16: option === 'bf16', fp16: option === 'fp16', pure_bf16: option === 'pure_bf16' }),
  },
  booster: {
    keys: ['flash_attn', 'use_unsloth', 'enable_liger_kernel'],
    options: ['auto', 'flashattn2', 'unsloth', 'liger_kernel'],
    read: ({ flash_attn, use_unsloth, enable_liger_kernel }) =>
      flash_attn === 'fa2' ? 'flashattn2' : use_unsloth === true ? 'unsloth' : enable_liger_kernel === true ? 'liger_kernel' : 'auto',
    write: (option) => ({ flash_attn: option === 'flashattn2' ? 'fa2' : 'auto', use_unsloth: option === 'unsloth', enable_liger_kernel: option === 'liger_kernel' }),
  },
} as const satisfies Record<string, Joint>

export type JointName = keyof typeof joints

/** A joint control by its name, without its options' exact words. */
export const jointOf = (name: JointName): Joint => joints[name]

/** What this version lacks for an option. */
export function jointLacking(name: JointName, option: string): Feature | null {
  const written = jointOf(name).write(option)
  return jointOf(name).keys.reduce<Feature | null>((found, key) => found ?? missingFeature(key, written[key]), null)
}
