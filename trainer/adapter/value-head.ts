/** The head of a reward model beside its adapter: `value_head.safetensors`, as TRL and LLaMA-Factory name it and its tensors. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { runFiles } from '@/lib/run'
import type { NamedTensor } from '@/trainer/engine/types'
import { writeWhole } from '@/trainer/files'
import { encodeSafetensors, readSafetensors } from '@/trainer/weights/safetensors'

/** Names of its tensors: weight and bias of a linear. */
export const headTensors = ['v_head.summary.weight', 'v_head.summary.bias'] as const

/** Null where the folder holds none. */
export function readHead(folder: string): NamedTensor[] | null {
  const file = path.join(folder, runFiles.valueHead)
  return existsSync(file) ? readSafetensors(file) : null
}

export const writeHead = (folder: string, tensors: NamedTensor[]): void => writeWhole(path.join(folder, runFiles.valueHead), encodeSafetensors(tensors))
