/** LLaMA Board's Train tab and the bar above it, element by element (`tests/fixtures/board.json`): label, first value, range, options, and the effect on the command. */
import { describe, expect, it } from 'vitest'
import { trainCommand } from '@/lib/config/command'
import type { Kind } from '@/lib/config/field'
import { fieldOf, isKey, type Key, type TrainingArgs } from '@/lib/config/fields'
import { keyOfElement } from '@/lib/config/board-file'
import { formDefaults, lacking, optionsOf } from '@/lib/config/form'
import { jointOf, joints, type JointName } from '@/lib/config/joint'
import { barKeys, later, pageKeys } from '@/lib/config/train-page'
import { translate } from '@/lib/messages'
import { fieldText, optionText } from '@/lib/messages/labels'
import { boardElements, elsewhereOnPage, notYetOnPage } from '@/tests/board-elements'

const words = translate('en')
const isJoint = (element: string): element is JointName => element in joints
const onPage = boardElements.filter(({ element }) => !(element in elsewhereOnPage) && !notYetOnPage.includes(element))
const settings = onPage.flatMap((row) => {
  const key = keyOfElement(row.element)
  return key === undefined || isJoint(row.element) ? [] : [{ ...row, key }]
})

/** What a new form shows of a setting. */
const shown = (key: Key): string => {
  const { form, default: fallback, empty } = fieldOf(key)
  const value = form ?? fallback
  return value === null ? (empty ?? '') : Array.isArray(value) ? value.join(',') : String(value)
}

/** First values that are written or meant in another way here. */
const otherFirst: Readonly<Record<string, string>> = {
  template: '', // no template is chosen until a model is: a wrong one trains a wrong model
  training_stage: 'sft',
  lora_target: 'all',
  image_max_pixels: '589824', image_min_pixels: '1024', video_max_pixels: '65536', video_min_pixels: '256',
}
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase() || (a !== '' && b !== '' && Number(a) === Number(b))

describe('every element of LLaMA Board', () => {
  it('is a setting, a control for several, or has its place elsewhere', () => {
    const placed = onPage.filter(({ element }) => keyOfElement(element) === undefined && !isJoint(element) && !Object.hasOwn(words.controls, element))
    expect(placed.map(({ element }) => element)).toEqual([])
    expect(boardElements.length).toBe(98)
  })

  it.each(onPage.filter(({ label }) => label !== ''))('$element is called $label', ({ element, label }) => {
    expect(fieldText(words, isJoint(element) ? element : (keyOfElement(element) ?? element))).toMatchObject({ label })
  })

  it.each(settings)('$element has a place and the first value $default', ({ element, key, default: first }) => {
    expect([...pageKeys, ...barKeys]).toContain(key)
    const value = shown(key)
    expect(same(value, otherFirst[element] ?? first) || (value === '' && first === 'False'), `${element}: ${value}`).toBe(true)
  })

  it.each(settings.filter(({ range }) => range))('$element takes all of $range', ({ key, range, element }) => {
    const accepts = (value: number) => fieldOf(key).schema.safeParse(value).success
    const [low, high] = range ?? []
    const top = element === 'lora_dropout' ? Number(high) - 0.01 : Number(high) // all of it dropped trains nothing
    const bottom = ['loraplus_lr_ratio', 'neftune_alpha', 'badam_switch_interval'].includes(element) ? Math.max(Number(low), 0) : Number(low)
    expect([accepts(bottom), accepts(top)]).toEqual([true, true])
  })

  it.each(settings.filter(({ options, element }) => options && element !== 'quantization_bit'))('$element offers $options', ({ key, options }) => {
    const offered = optionsOf(key).flatMap(({ value }) => [value, optionText(words, key, value)])
    expect((options ?? []).filter((option) => option !== 'none' && !offered.includes(option))).toEqual([])
  })

  it.each(Object.keys(joints) as JointName[])('%s offers its options', (name) => {
    expect(jointOf(name).options).toEqual(boardElements.find(({ element }) => element === name)?.options)
  })
})

/** Another value than the first one that the setting accepts. */
function another(key: Key): unknown {
  const { kind, form, default: fallback, options } = fieldOf(key)
  const first = form ?? fallback
  const candidates: Readonly<Record<Kind, readonly unknown[]>> = {
    boolean: [first !== true], choice: options ?? [], text: ['x'], names: options ? [[options[1]]] : [['x']], object: [{ a: 1 }], text_or_true: ['x'], integer: [2, 3, 12, 100], number: [0.5, 2, 3], amount: [2, 3, 0.5],
  }
  return candidates[kind].find((value) => JSON.stringify(value) !== JSON.stringify(first) && fieldOf(key).schema.safeParse(value).success)
}

describe('the command', () => {
  const first: TrainingArgs = { ...formDefaults(), model_name_or_path: 'm', dataset: ['d'], output_dir: 'o' }
  const usable = [...pageKeys, ...barKeys].filter((key) => isKey(key) && lacking(key) === null)

  it.each(usable)('tells of %s', (key) => {
    const command = trainCommand({ ...first, [key]: another(key) }, 'llamafactory-cli')
    expect(command).not.toBe(trainCommand(first, 'llamafactory-cli'))
    expect(command.includes(`--${key} `) || ['enable_thinking'].includes(key) || fieldOf(key).kind === 'boolean').toBe(true)
  })

  it('has a reason for every setting that cannot be used', () => {
    expect(later.flatMap(({ keys }) => keys).sort()).toEqual(pageKeys.filter((key) => lacking(key) !== null).sort())
    for (const { feature } of later) expect(words.features[feature]).not.toBe('')
  })
})

