/** What is looked at: every page, and what opens over it. A scene is led to by the words of its language and says when it is all there. */
import type { Page } from 'playwright'
import type { Messages } from '@/lib/messages/en'
import { fill } from '@/lib/messages/text'
import { places } from './still'

export interface Scene {
  path: string
  /** On a board without a run, in a browser that remembers nothing. */
  empty?: true
  /** Something that opens on a page that is looked at anyway. */
  detail?: true
  /** Ends when all that loads of itself is there. */
  lead: (page: Page, texts: Messages) => Promise<void>
}

const run = (name: string) => encodeURIComponent(`Tuneboard-Starter/lora/${name}`)
const plan = (page: Page, { ui }: Messages) => page.getByLabel(ui.train.plan, { exact: true }).waitFor()
const curve = (page: Page) => page.locator('main [role=img]').first().waitFor()
/** A run beside the settings: its curve, the end of its log, and what a start would do. */
async function trained(page: Page, texts: Messages, end: string): Promise<void> {
  await curve(page)
  await page.getByRole('log').getByText(end).waitFor()
  await plan(page, texts)
}
const search = async (page: Page, { ui }: Messages) => page.getByRole('searchbox', { name: ui.form.search }).fill('lora')
const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click()

/** Rows are counted as they come into sight. */
async function counted(page: Page, { ui }: Messages): Promise<void> {
  await page.getByRole('link', { name: 'demo_tools_openai' }).waitFor()
  const going = page.getByText(ui.datasets.counting)
  for (let left = await going.count(); left > 0; left = await going.count()) {
    await going.last().scrollIntoViewIfNeeded({ timeout: 1000 }).catch(() => undefined) // counted meanwhile
  }
  await page.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded()
}

const all = {
  empty: { path: '/', empty: true, lead: async (page, { ui }) => page.getByText(ui.first_run.body).waitFor() },
  train: {
    path: `/?run=${run('nova')}`,
    lead: async (page, texts) => trained(page, texts, 'step 120 of 120'),
  },
  'train-search': {
    path: `/?run=${run('nova_stopped')}`,
    detail: true,
    lead: async (page, texts) => {
      await trained(page, texts, 'step 60 of 120')
      await search(page, texts)
    },
  },
  'train-all': {
    path: `/?run=${run('nova')}`,
    detail: true,
    lead: async (page, texts) => {
      await trained(page, texts, 'step 120 of 120')
      const closed = page.locator('[aria-labelledby^=group-] h2 button[aria-expanded="false"]')
      while ((await closed.count()) > 0) await closed.first().click()
      await page.locator('[aria-labelledby^=group-] h2').last().evaluate((heading) => heading.scrollIntoView({ block: 'center' }))
    },
  },
  'train-presets': {
    path: `/?run=${run('nova')}`,
    detail: true,
    lead: async (page, texts) => {
      await trained(page, texts, 'step 120 of 120')
      await page.getByRole('button', { name: texts.ui.form.arguments, exact: true }).click()
      await page.getByRole('menu').waitFor()
    },
  },
  'train-command': {
    path: `/?run=${run('nova')}`,
    detail: true,
    lead: async (page, texts) => {
      await trained(page, texts, 'step 120 of 120')
      await page.getByRole('button', { name: texts.ui.train.preview_command, exact: true }).click()
      await page.getByRole('dialog').getByRole('tab').first().waitFor()
    },
  },
  'train-fault': {
    path: `/?run=${run('nova_too_large')}`,
    detail: true,
    lead: async (page, texts) => {
      const { fields } = texts
      await plan(page, texts)
      const field = page.getByLabel(fields.learning_rate.label, { exact: true }).first()
      await field.fill('-1')
      await field.blur()
      await page.locator('[aria-invalid=true]').waitFor()
    },
  },
  evaluate: {
    path: `/evaluate?run=${run('nova_answers')}`,
    lead: async (page) => page.getByRole('gridcell', { name: 'Who are you?' }).waitFor(),
  },
  chat: { path: '/chat', lead: async (page) => page.getByText('Write short texts').waitFor() },
  export: {
    path: '/export',
    lead: async (page, { ui }) => {
      await page.getByText('model.safetensors').first().waitFor()
      await page.getByText(new RegExp(ui.export.size.replace(/\{\w+\}/g, '.*'))).waitFor()
    },
  },
  runs: { path: '/runs', lead: async (page) => page.getByText('nova_too_large').waitFor() },
  run: { path: `/runs/view?run=${run('nova')}`, lead: curve },
  'run-samples': {
    path: `/runs/view?run=${run('nova')}`,
    detail: true,
    lead: async (page, { ui }) => {
      await tab(page, ui.run_page.tabs.samples)
      await page.getByText('I am Nova').waitFor()
    },
  },
  'run-settings': {
    path: `/runs/view?run=${run('nova_rank_16')}`,
    detail: true,
    lead: async (page, { ui }) => {
      await tab(page, ui.run_page.tabs.settings)
      await page.getByText('lora_rank').first().waitFor()
    },
  },
  'run-system': {
    path: `/runs/view?run=${run('nova')}`,
    detail: true,
    lead: async (page, { ui }) => {
      await tab(page, ui.run_page.tabs.system)
      await page.getByRole('tabpanel').locator('[role=img]').first().waitFor()
    },
  },
  compare: {
    path: `/runs/compare?run=${run('nova')}&run=${run('nova_rank_16')}&run=${run('nova_stopped')}`,
    lead: async (page) => {
      await curve(page)
      await page.getByRole('rowheader').first().waitFor()
    },
  },
  datasets: { path: '/datasets', lead: counted },
  dataset: {
    path: `/datasets/view?${new URLSearchParams({ dir: `${places.home}/sets`, name: 'tables' })}`,
    lead: async (page) => page.locator('[data-row="1"]').waitFor(),
  },
  'dataset-remove': {
    path: '/datasets',
    detail: true,
    lead: async (page, texts) => {
      const { ui } = texts
      await counted(page, texts)
      await page.getByRole('button', { name: fill(ui.datasets.more, { name: 'identity' }), exact: true }).click()
      await page.getByRole('menuitem', { name: ui.datasets.remove, exact: true }).click()
      await page.getByRole('alertdialog').or(page.getByRole('dialog')).waitFor()
    },
  },
} as const satisfies Record<string, Scene>

export const scenes: Readonly<Record<keyof typeof all, Scene>> = all
export const sceneNames = Object.keys(all) as (keyof typeof all)[]
