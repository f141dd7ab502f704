/** LLaMA Board's Train tab and the bar above it, as facts to match; and which of its elements are no controls of our form. */
import { readFileSync } from 'node:fs'
import path from 'node:path'

export interface BoardElement {
  element: string
  label: string
  default: string
  range?: [number, number]
  options?: string[]
}

export const boardElements = JSON.parse(readFileSync(path.resolve('tests/fixtures/board.json'), 'utf8')) as BoardElement[]

/** Elements whose work is done in another way, and where. */
export const elsewhereOnPage: Readonly<Record<string, string>> = {
  lang: 'the languages of the page’s head',
  preview_count: 'the preview of a dataset', page_index: 'the preview of a dataset', preview_samples: 'the preview of a dataset',
  current_time: 'a run without a name gets its time', resume_btn: 'Resume of a run', progress_bar: 'the run beside the form',
  config_path: 'the saved arguments',
}

/** Elements that the page does not show yet; this list shrinks. */
export const notYetOnPage: readonly string[] = []
