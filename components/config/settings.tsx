'use client'
/**
 * The settings of a training, group by group, from the declarations. Settings that this version lacks are not shown; the model's own
 * settings stand in the model bar.
 */
import type { ComponentType } from 'react'
import { ComputeTypeField } from '@/components/config/compute-type-field'
import { ConfigField } from '@/components/config/config-field'
import { draft } from '@/components/config/draft'
import { OutputField } from '@/components/config/output-field'
import { SettingsGroup } from '@/components/config/settings-group'
import { DatasetDirField } from '@/components/dataset/dataset-dir-field'
import { DatasetField } from '@/components/dataset/dataset-field'
import { useStore } from '@/components/store'
import { fieldOf, type Key } from '@/lib/config/fields'
import { formGroups, lacking, visible } from '@/lib/config/form'

/** The groups of this screen, and whether each is open at first; the others belong to the model bar and to other screens. */
const shownGroups = {
  data: true, basics: true, lora: true, output: true, evaluation: false, advanced: false, freeze: true, preference: true,
  multimodal: false, galore: false, apollo: false, badam: false, swanlab: false,
} as const
type ShownGroup = keyof typeof shownGroups
const isShown = (id: string): id is ShownGroup => Object.hasOwn(shownGroups, id)

/** Keys that the server sets for a run started from the page. */
const serverSets: ReadonlySet<Key> = new Set<Key>(['overwrite_output_dir', 'resume_from_checkpoint'])

/** Keys whose control is not the declared widget, or that take a whole row. */
const special: Partial<Record<Key, ComponentType>> = {
  dataset_dir: () => <DatasetDirField />,
  dataset: () => <DatasetField name="dataset" />,
  eval_dataset: () => <DatasetField name="eval_dataset" />,
  output_dir: () => <OutputField />,
}
const wide: ReadonlySet<Key> = new Set<Key>(['default_system', 'lr_scheduler_kwargs'])

const usable = (key: Key): boolean => lacking(key) === null && fieldOf(key).inert !== true && !serverSets.has(key)

export function Settings() {
  const values = useStore(draft, (now) => now.args)
  return (
    <div className="divide-y divide-line">
      {formGroups.map(({ id, keys }) => {
          if (!isShown(id)) return null
          const shown = keys.filter((key) => usable(key) && visible(key, values))
          const flags = shown.filter((key) => fieldOf(key).kind === 'boolean')
          const fields = shown.filter((key) => fieldOf(key).kind !== 'boolean').toSorted((a, b) => Number(b in special) - Number(a in special))
          if (shown.length === 0) return null
          return (
            <SettingsGroup key={id} id={id} keys={id === 'basics' ? [...shown, 'bf16', 'fp16'] : shown} openAtFirst={shownGroups[id]}>
              {fields.map((key) => {
                const Special = special[key]
                return Special ? <Special key={key} /> : <ConfigField key={key} name={key} wide={wide.has(key)} />
              })}
              {id === 'basics' && <ComputeTypeField />}
              {flags.length > 0 && (
                <div className="col-span-full grid grid-cols-1 gap-x-4 sm:grid-cols-2">
                  {flags.map((key) => (
                    <ConfigField key={key} name={key} />
                  ))}
                </div>
              )}
            </SettingsGroup>
          )
        })}
    </div>
  )
}
