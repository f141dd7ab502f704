/** The form's raw values: how numbers stand in a field, and what goes to the schema. */
import { beforeEach, describe, expect, test } from 'vitest'
import { checks, shownFaults, validateDraft } from '@/components/config/checks'
import { fromText } from '@/components/config/arguments/proposals'
import { draft, firstDraft, outputDir, resetArg, setArg, toArgs, touched } from '@/components/config/draft'
import { replaceDraft } from '@/components/config/notice'
import { numberText, stepped } from '@/lib/config/number-text'
import { keptInSight } from '@/lib/config/train-page'

beforeEach(() => {
  draft.set(firstDraft)
  touched.set(new Set())
})

test('numbers are written as people of the trade do', () => {
  expect([5e-5, 1e-8, 0.002, 3, 0, null].map(numberText)).toEqual(['5e-5', '1e-8', '0.002', '3', '0', ''])
  expect(numberText('5E-5 ')).toBe('5E-5 ')
})

test('an arrow key steps within the range, and leaves what is no number alone', () => {
  expect(stepped('8', 1, 1, { minimum: 1 })).toBe('9')
  expect(stepped('1', 1, -1, { minimum: 1 })).toBe('1')
  expect(stepped('0.1', 0.01, 1, {})).toBe('0.11')
  expect(stepped('abc', 1, 1, {})).toBeNull()
})

describe('the draft', () => {
  test('an emptied field is absent where the setting may be, else it is a fault', () => {
    setArg('max_samples', '')
    setArg('learning_rate', '')
    const args = toArgs(draft.get(), 'x')
    expect(args.max_samples).toBeNull()
    expect(args.learning_rate).toBe('')
    expect(validateDraft(draft.get())).toContainEqual(expect.objectContaining({ field: 'learning_rate' }))
  })

  test('names its output folder by model, method and run', () => {
    draft.set((now) => ({ ...now, model_name: 'M', run_name: 'first' }))
    expect(outputDir(draft.get(), 'x')).toBe('saves/M/lora/first')
    draft.set((now) => ({ ...now, model_name: '', run_name: '', args: { ...now.args, model_name_or_path: '/models/tiny/' } }))
    expect(outputDir(draft.get(), 'x')).toBe('saves/tiny/lora/x')
  })

  test('shows a wrong value once it was typed, and what is missing only after Start', () => {
    setArg('learning_rate', 'abc')
    const own = validateDraft(draft.get())
    expect(own.map(({ field }) => field)).toEqual(expect.arrayContaining(['learning_rate', 'model_name_or_path', 'dataset']))
    const state = { ...checks.get(), own }
    expect(shownFaults({ ...state, attempted: false }, touched.get()).map(({ field }) => field)).toEqual(['learning_rate'])
    expect(shownFaults({ ...state, attempted: true }, touched.get()).length).toBe(own.length)
  })
})

describe('what a setting takes along', () => {
  const now = () => draft.get().args

  test('rows that are set aside are evaluated on at every save, as LLaMA Board has it', () => {
    setArg('save_steps', '50')
    setArg('val_size', '0.1')
    expect(now()).toMatchObject({ eval_strategy: 'steps', eval_steps: '50' })
    setArg('val_size', '')
    expect(now()).toMatchObject({ eval_strategy: 'no', eval_steps: null })
    setArg('eval_dataset', ['identity'])
    expect(now()).toMatchObject({ eval_strategy: 'steps', eval_steps: '50' })
  })

  test('what a person chose of the evaluation stays', () => {
    setArg('val_size', '0.1')
    setArg('eval_strategy', 'epoch')
    setArg('val_size', '0')
    expect(now().eval_strategy).toBe('epoch')
    setArg('val_size', '0.2')
    expect(now().eval_strategy).toBe('epoch')
  })

  test('streaming clears the first limit of rows, which streamed rows cannot have, and gives it back', () => {
    setArg('streaming', true)
    expect(now().max_samples).toBeNull()
    setArg('streaming', false)
    expect(now().max_samples).toBe(100000)
    setArg('max_samples', '500')
    setArg('streaming', true)
    expect(validateDraft(draft.get())).toContainEqual(expect.objectContaining({ code: 'streaming_excludes', field: 'max_samples' }))
  })
})

describe('a setting that another one hides', () => {
  test('never stands in the way of a start, and comes back as it was typed', () => {
    setArg('stage', 'dpo')
    setArg('pref_beta', 'abc')
    expect(validateDraft(draft.get())).toContainEqual(expect.objectContaining({ field: 'pref_beta' }))
    setArg('stage', 'sft')
    expect(validateDraft(draft.get()).map(({ field }) => field)).not.toContain('pref_beta')
    expect(toArgs(draft.get()).pref_beta).toBe(0.1)
    expect(draft.get().args.pref_beta).toBe('abc')
  })

  test('stands in the way when a file brought it, until it is mended or taken out', async () => {
    const offer = await fromText('a.yaml', 'stage: sft\npref_beta: abc\n')
    if (!offer.ok) throw new Error(JSON.stringify(offer.faults))
    replaceDraft(() => offer.proposal.next, 'taken')
    expect(validateDraft(draft.get())).toContainEqual(expect.objectContaining({ code: 'not_a_number', field: 'pref_beta' }))
    expect(keptInSight(draft.get().args, draft.get().kept)).toEqual(['pref_beta'])
    resetArg('pref_beta')
    expect(validateDraft(draft.get()).map(({ field }) => field)).not.toContain('pref_beta')
    expect(keptInSight(draft.get().args, draft.get().kept)).toEqual([])
  })

  test('nor by a rule between settings', () => {
    setArg('stage', 'dpo')
    setArg('dpo_label_smoothing', '0.1')
    setArg('pref_loss', 'ipo')
    expect(validateDraft(draft.get()).map(({ field }) => field)).not.toContain('dpo_label_smoothing')
  })
})
