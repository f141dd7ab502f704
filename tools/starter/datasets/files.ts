/** Every dataset that ships in `data/`: its file's text, and its entry in dataset_info.json (LLaMA-Factory's format). */
import { identityRows, novaSelf, placeholderSelf } from '@/tools/starter/datasets/identity'
import { instructionRows } from '@/tools/starter/datasets/instructions'
import { multiTurnRows } from '@/tools/starter/datasets/multiturn'
import { plainRows } from '@/tools/starter/datasets/plain'
import { toolcallRows } from '@/tools/starter/datasets/toolcall'

interface Dataset {
  file_name: string
  /** The rest of the entry in dataset_info.json. */
  info: Record<string, unknown>
  rows(): object[]
}

const datasets: Record<string, Dataset> = {
  identity: { file_name: 'identity.json', info: {}, rows: () => identityRows(placeholderSelf) },
  identity_nova: { file_name: 'identity_nova.json', info: {}, rows: () => identityRows(novaSelf) },
  starter_instructions: {
    file_name: 'starter_instructions.json',
    info: { columns: { prompt: 'instruction', query: 'input', response: 'output', system: 'system', history: 'history' } },
    rows: () => instructionRows(11, 240),
  },
  starter_multi_turn: {
    file_name: 'starter_multi_turn.json',
    info: { formatting: 'sharegpt', columns: { messages: 'conversations', system: 'system' } },
    rows: () => multiTurnRows(12, 80),
  },
  starter_toolcall: {
    file_name: 'starter_toolcall.json',
    info: { formatting: 'sharegpt', columns: { messages: 'conversations', tools: 'tools' } },
    rows: () => toolcallRows(13, 60),
  },
  starter_plain: { file_name: 'starter_plain.jsonl', info: { columns: { prompt: 'text' } }, rows: () => plainRows(14, 120) },
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** File names under `data/` and their whole text. */
export function datasetFiles(): Record<string, string> {
  const entries = Object.entries(datasets)
  const info = Object.fromEntries(entries.map(([name, { file_name, info }]) => [name, { file_name, ...info }]))
  const files = entries.map(([, { file_name, rows }]) => [file_name, file_name.endsWith('.jsonl') ? rows().map((row) => `${JSON.stringify(row)}\n`).join('') : json(rows())])
  return { 'dataset_info.json': json(info), ...Object.fromEntries(files) }
}
