/**
 * A file of settings for the form: LLaMA-Factory's YAML or JSON, a run's training_args.yaml, or LLaMA Board's own. Nothing of it is lost without a word: keys that
 * nobody knows are named with the nearest known one, and values that cannot be used go to their fields, where the sentence stands.
 */
import type { Fault } from '@/lib/errors'
import { isBoardFile, readBoardFile } from '@/lib/config/board-file'
import { fieldOf, isKey, keys, type Key } from '@/lib/config/fields'
import { parseArgs, unknownKeyFault } from '@/lib/config/schema'
import { serverKeys } from '@/lib/config/train-page'
import { readYaml } from '@/lib/config/yaml'

export interface Imported {
  /** Every setting: what the file does not name is at its default, as it would be when the file is run. */
  args: Record<Key, unknown>
  /** Only LLaMA Board's files name the model beside its path, and have arguments beside the form. */
  model_name: string
  extra_args: string
  /** Keys that nobody knows, and values that cannot be used. */
  faults: Fault[]
  /** What the page decides itself. */
  left_out: string[]
}

/** The page names the folder of a run, knows whether it begins or goes on, and says in its files where LLaMA-Factory must be told of the CPU. */
const pageDecides: readonly string[] = ['output_dir', 'use_cpu', ...serverKeys]

/** @returns null with the faults of a text that holds no settings at all */
export function importSettings(text: string): { imported: Imported; faults: null } | { imported: null; faults: Fault[] } {
  const read = readYaml(text)
  if (!read.ok) return { imported: null, faults: read.faults }
  const { values, model_name, extra_args, left_out } = isBoardFile(read.values) ? readBoardFile(read.values) : { values: read.values, model_name: '', extra_args: '', left_out: [] }
  const known = Object.entries(values).filter(([key, value]) => isKey(key) && value !== null && !pageDecides.includes(key))
  const args = Object.fromEntries([...keys.map((key) => [key, fieldOf(key).default]), ...known]) as Record<Key, unknown>
  return {
    imported: {
      args,
      model_name,
      extra_args,
      faults: [...Object.keys(values).filter((key) => !isKey(key)).map(unknownKeyFault), ...valueFaults(args)],
      left_out: [...pageDecides.filter((key) => key in values), ...left_out],
    },
    faults: null,
  }
}

/** What is wrong with the values; what a file may leave to the person is not. */
function valueFaults(args: Record<string, unknown>): Fault[] {
  const parsed = parseArgs({ ...args, output_dir: 'saves' })
  return parsed.ok ? [] : parsed.faults.filter(({ code }) => code !== 'missing_key' && code !== 'nothing_to_do')
}
