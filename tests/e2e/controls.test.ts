/** LLaMA Board's Evaluate & Predict, Chat and Export tabs: each of their controls is on our page under its label, and each that cannot be used says why. */
import { describe, expect, test } from 'vitest'
import { chromiumPath, shareBoard } from './board'
import { BoardPage } from './page'

/** Labels by page; what LLaMA Board does in another way there is left out (progress, output boxes, the preview's own fields). */
const labels = {
  '/evaluate': ['Data dir', 'Dataset', 'Cutoff length', 'Max samples', 'Evaluation batch size', 'Save predictions', 'Maximum new tokens', 'Top-p', 'Temperature', 'Output dir', 'Seed'],
  '/chat': [
    'Inference engine', 'Inference data type', 'Extra arguments', 'Role', 'System prompt', 'Tools', 'Image (optional)', 'Video (optional)', 'Audio (optional)', 'Message', 'Maximum new tokens', 'Top-p', 'Temperature',
    'Skip special tokens', 'Escape HTML tags', 'Enable thinking', 'Seed',
  ],
  '/export': ['Max shard size (GB)', 'Export quantization bit.', 'Export quantization dataset', 'Export device', 'Export legacy format', 'Export dir', 'HF Hub ID (optional)'],
} as const

describe.skipIf(chromiumPath === null)('the controls of the other tabs', () => {
  const shared = shareBoard()

  test.each(Object.entries(labels))('%s has them all', async (path, wanted) => {
    const window = await BoardPage.open(shared.browser, shared.board, { path })
    // Only some pages fold any away.
    const shut = window.page.locator('main details:not([open]) > summary')
    await window.field(wanted[0]).or(shut).first().waitFor()
    for (const one of await shut.all()) await one.click()
    for (const label of wanted) expect(await window.field(label).count(), label).toBe(1)
    const silent = await window.page.locator(':is(input, select, textarea, button[role=combobox]):disabled:not([aria-describedby])').evaluateAll((elements) => elements.map(({ id }) => id))
    expect(silent, 'switched off without a reason').toEqual([])
    await window.close()
  })

  test('faulty tools are told at their field, and nothing is sent', async () => {
    const window = await BoardPage.open(shared.browser, shared.board, { path: '/chat' })
    await window.field('Tools').fill('[{"name": ]')
    expect(await window.fault('Tools')).toMatch(/^The tools cannot be used: .*line 1/)
    expect(await window.button('Send').isDisabled()).toBe(true)
    expect(window.complaints).toEqual([])
    await window.close()
  })
})
