/**
 * Every dataset that ships in `data/`: its file's text, and its entry in dataset_info.json (LLaMA-Factory's format). The starter's recipe holds the first six, on which its
 * tokenizer's merges are counted; the demo sets came later and must stay outside of it.
 */
import { demoIdentity } from '@/tools/starter/datasets/demo/identity'
import { demoInstructions } from '@/tools/starter/datasets/demo/instructions'
import { alpacaPairs, ratedAnswers, shareGptPairs } from '@/tools/starter/datasets/demo/preferences'
import { demoStories, diaryLines } from '@/tools/starter/datasets/demo/stories'
import { demoTalks } from '@/tools/starter/datasets/demo/talks'
import { openAiToolRows, shareGptToolRows } from '@/tools/starter/datasets/demo/tool-rows'
import { identityRows, novaSelf, placeholderSelf } from '@/tools/starter/datasets/identity'
import { instructionRows } from '@/tools/starter/datasets/instructions'
import { multiTurnRows } from '@/tools/starter/datasets/multiturn'
import { plainRows } from '@/tools/starter/datasets/plain'
import { toolcallRows } from '@/tools/starter/datasets/toolcall'

interface Dataset {
  file_name: string
  /** The rest of the entry in dataset_info.json. */
  info: Record<string, unknown>
  /** Objects, or the lines of a text file. */
  rows(): readonly (object | string)[]
}

const recipeSets: Record<string, Dataset> = {
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

const roleTags = { role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant', system_tag: 'system' }
const conversations = { formatting: 'sharegpt', columns: { messages: 'conversations' } }

const demoSets: Record<string, Dataset> = {
  demo_identity: { file_name: 'demo_identity.jsonl', info: { formatting: 'sharegpt', columns: { messages: 'messages' }, tags: roleTags }, rows: () => demoIdentity(21) },
  demo_instructions: {
    file_name: 'demo_instructions.jsonl',
    info: { columns: { prompt: 'instruction', query: 'input', response: 'output', system: 'system', history: 'history' } },
    rows: () => demoInstructions(22, 400),
  },
  demo_multi_turn: { file_name: 'demo_multi_turn.jsonl', info: { ...conversations, columns: { messages: 'conversations', system: 'system' } }, rows: () => demoTalks(23, 300) },
  demo_tools: { file_name: 'demo_tools.jsonl', info: { ...conversations, columns: { messages: 'conversations', tools: 'tools' } }, rows: () => shareGptToolRows(24, 400) },
  demo_tools_openai: {
    file_name: 'demo_tools_openai.jsonl',
    info: { formatting: 'openai', columns: { messages: 'messages', tools: 'tools' }, tags: { ...roleTags, function_tag: 'function', observation_tag: 'tool' } },
    rows: () => openAiToolRows(25, 300),
  },
  demo_dpo: { file_name: 'demo_dpo.json', info: { ...conversations, ranking: true, columns: { messages: 'conversations', chosen: 'chosen', rejected: 'rejected' } }, rows: () => shareGptPairs(26, 300) },
  demo_dpo_alpaca: { file_name: 'demo_dpo_alpaca.json', info: { ranking: true, columns: { prompt: 'instruction', query: 'input', chosen: 'chosen', rejected: 'rejected' } }, rows: () => alpacaPairs(27, 300) },
  demo_kto: { file_name: 'demo_kto.jsonl', info: { formatting: 'sharegpt', columns: { messages: 'messages', kto_tag: 'label' }, tags: roleTags }, rows: () => ratedAnswers(28, 300) },
  demo_stories: { file_name: 'demo_stories.jsonl', info: { columns: { prompt: 'text' } }, rows: () => demoStories(29, 300) },
  demo_diary: { file_name: 'demo_diary.txt', info: { columns: { prompt: 'text' } }, rows: () => diaryLines(30, 300) },
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** A file's text by its name's ending: one list, one object a line, or one text a line. */
function fileText({ file_name, rows }: Dataset): string {
  if (file_name.endsWith('.json')) return json(rows())
  return rows().map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('')
}

const filesOf = (sets: Record<string, Dataset>): Record<string, string> => Object.fromEntries(Object.values(sets).map((set) => [set.file_name, fileText(set)]))

/** A space between Chinese characters and Latin letters or digits, as good Chinese typesetting has it; not after the letter of an escape such as \n. */
const spaced = (text: string): string => text.replace(/(\p{Script=Han})(?=\w)/gu, '$1 ').replace(/(?<!\\)(\w)(?=\p{Script=Han})/gu, '$1 ')

const demoFiles = (): Record<string, string> => Object.fromEntries(Object.entries(filesOf(demoSets)).map(([name, text]) => [name, spaced(text)]))

/** The texts that the starter's tokenizer was counted on, beside its conversations. */
export const recipeFiles = (): Record<string, string> => filesOf(recipeSets)

/** File names under `data/` and their whole text. */
export function datasetFiles(): Record<string, string> {
  const entries = Object.entries({ ...recipeSets, ...demoSets })
  const info = Object.fromEntries(entries.map(([name, { file_name, info }]) => [name, { file_name, ...info }]))
  return { 'dataset_info.json': json(info), ...recipeFiles(), ...demoFiles() }
}
