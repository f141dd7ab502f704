/** Rows as lines of a table: what is asked and answered, cut short, with marks. */
import type { ApiRequest } from '@/lib/api'
import type { RowLine, RowLines } from '@/lib/dataset-view'
import type { Example } from '@/lib/datasets/example'
import { splitThinking } from '@/lib/datasets/reading'
import { dumpJson, type PyValue } from '@/lib/pyjson'
import { isGood, judge, openDataset, type OpenDataset, type OpenRow } from '@/trainer/view/open'

/** As much as a line of the table can show. */
const LINE_LENGTH = 200

const clip = (text: string) => text.slice(0, LINE_LENGTH * 2).replace(/\s+/g, ' ').trim().slice(0, LINE_LENGTH)

export async function viewLines({ rows, ...place }: ApiRequest<'view_lines'>): Promise<RowLines> {
  const open = await openDataset(place)
  const lines = await Promise.all(runsOf(rows).map(async ([from, to]) => (await open.read(from, to)).map((row) => lineOf(row, open))))
  return { total: open.count, kind: open.kind, lines: lines.flat() }
}

/** Neighbouring numbers as ranges, so that they are read together. */
export function runsOf(numbers: readonly number[]): [number, number][] {
  const runs: [number, number][] = []
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last && number <= last[1] + 1) last[1] = number
    else runs.push([number, number])
  }
  return runs
}

/** User's messages; two answers are one turn's. */
export const turnsOf = ({ prompt }: Example): number => prompt.filter(({ role }) => role === 'user').length

export const usesTools = ({ prompt, response, tools }: Example): boolean => tools !== '' || [...prompt, ...response].some(({ role }) => role === 'function' || role === 'observation')

function lineOf(row: OpenRow, open: OpenDataset): RowLine {
  const { example, problem } = judge(row, open)
  const none = { row: row.row, question: clip(dumpJson(firstValue(row))), answer: '', turns: 0, tools: false, good: null, problem }
  if (!example || (example.prompt.length === 0 && example.response.length === 0)) return none
  const { prompt, response } = example
  const answer = [...prompt, ...response].find(({ role, content }) => role === 'assistant' && content !== '')
  return {
    row: row.row,
    question: clip(prompt[0]?.content ?? ''),
    answer: clip(splitThinking(answer?.content ?? '').rest),
    turns: turnsOf(example),
    tools: usesTools(example),
    good: isGood(example, open.kind),
    problem,
  }
}

/** What a row that cannot be read begins with. */
const firstValue = ({ record }: OpenRow): PyValue => [...(record?.values() ?? [])][0] ?? null
