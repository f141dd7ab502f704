/**
 * Which settings the Train page shows, and where: by group while they work here, else among those for other engines or those of a later version, and what a
 * file brought that has no place of its own. The model's own stand in the bar above the pages.
 */
import type { Feature, Group } from '@/lib/config/field'
import { fieldOf, keys, type Key } from '@/lib/config/fields'
import { differs, formGroups, lacking, standing, visible } from '@/lib/config/form'
import { joints, type JointName } from '@/lib/config/joint'

/** A control of the page: a setting, one that stands for several, or the arguments beside all of them. */
export type ControlName = Key | JointName | 'extra_args'

type Values = Readonly<Record<string, unknown>>

/** Whether each group of the page is open at first. */
export const openAtFirst = {
  data: true, basics: true, lora: true, freeze: true, preference: true, output: true, evaluation: false, advanced: false,
  model: false, multimodal: false, galore: false, apollo: false, badam: false, swanlab: false,
} as const satisfies Partial<Record<Group, boolean>>
export type PageGroup = keyof typeof openAtFirst

const isPageGroup = (id: string): id is PageGroup => Object.hasOwn(openAtFirst, id)

/** Controls of the bar above the pages. */
export const barKeys: readonly Key[] = ['model_name_or_path', 'finetuning_type', 'template', 'adapter_name_or_path']

/** The server sets these for a run started from the page. */
export const serverKeys: readonly Key[] = ['overwrite_output_dir', 'resume_from_checkpoint']

const jointKeys: readonly Key[] = Object.values(joints).flatMap((joint) => [...joint.keys])

const pageGroups = formGroups.flatMap(({ id, keys: inside }) =>
  isPageGroup(id) ? [{ id, keys: inside.filter((key) => !barKeys.includes(key) && !serverKeys.includes(key)) }] : [],
)

export const pageKeys: readonly Key[] = pageGroups.flatMap((group) => group.keys)

/** Keys beside a group's own, whose faults and changes count there. */
const besides: Partial<Record<PageGroup, readonly ControlName[]>> = { basics: ['compute_type'], advanced: ['extra_args'] }

/** The groups with what works of them, given the other settings; empty ones are left out. */
export function workingGroups(values: Values): { id: PageGroup; names: ControlName[] }[] {
  const groups = pageGroups.map(({ id, keys: inside }) => ({
    id,
    names: [...inside.filter((key) => standing(key) === 'here' && visible(key, values)), ...(besides[id] ?? [])],
  }))
  return groups.filter(({ names }) => names.length > 0)
}

/** Settings that only other engines heed. */
export const elsewhere: readonly ControlName[] = ['booster', ...pageKeys.filter((key) => standing(key) === 'elsewhere')]

/** Settings of later versions, by what they wait for. */
export const later: readonly { feature: Feature; keys: readonly Key[] }[] = [...new Set(pageKeys.flatMap((key) => lacking(key) ?? []))].map((feature) => ({
  feature,
  keys: pageKeys.filter((key) => lacking(key) === feature),
}))

const placed: ReadonlySet<Key> = new Set<Key>([...pageKeys, ...barKeys, ...serverKeys, ...jointKeys, 'output_dir'])

/** Settings without a place on the page that differ from the first values, so that nothing that a file brought is out of sight. */
export const broughtAlong = (values: Values): Key[] => keys.filter((key) => !placed.has(key) && differs(key, values[key]))

/** Of a file's settings that others hide and that cannot be used, those that stand nowhere else on the page and are not mended yet. */
export const keptInSight = (values: Values, kept: readonly Key[]): Key[] =>
  kept.filter((key) => pageKeys.includes(key) && standing(key) === 'here' && !visible(key, values) && differs(key, values[key]))

const isJoint = (name: string): name is JointName => Object.hasOwn(joints, name)

/** The settings behind a control. */
export const keysOf = (name: ControlName): readonly Key[] => (name === 'extra_args' ? [] : isJoint(name) ? joints[name].keys : [name])

/** The control in which a setting is set. */
export const controlOf = (key: string): string => Object.keys(joints).find((name) => isJoint(name) && keysOf(name).some((one) => one === key)) ?? key

/** All settings that were changed and that a reset may take back. */
export const changedKeys = (values: Values): Key[] => keys.filter((key) => key !== 'output_dir' && differs(key, values[key]))

const element = (name: ControlName): string => keysOf(name).map((key) => fieldOf(key).element ?? '').join(' ')

/** Every control that a search may find. */
export const searchable: readonly ControlName[] = [
  ...new Set<ControlName>(['compute_type', 'booster', ...pageKeys, 'extra_args', ...keys.filter((key) => ![...serverKeys, ...jointKeys].includes(key))]),
]

/** Controls whose key, label or help hold every word of `query`. */
export function found(query: string, words: (name: ControlName) => { label: string; help: string }): ControlName[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean)
  return searchable.filter((name) => {
    const { label, help } = words(name)
    const text = `${name} ${keysOf(name).join(' ')} ${element(name)} ${label} ${help}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
}
