/** The starter's tokenizer and the small files beside its weights: config.json, generation_config.json. */
import { writeWhole } from '@/trainer/files'
import { trainBpe, type Bpe } from '@/tools/starter/bpe'
import { recipeFiles } from '@/tools/starter/datasets/files'
import { starterFolder } from '@/tools/starter/paths'
import { architecture, seeds, tokenizerRecipe } from '@/tools/starter/recipe'
import { takeConversations } from '@/tools/starter/text'
import { padToken, specialIds, specialTokensMap, stopToken, tokenizerConfig, tokenizerJson } from '@/tools/starter/tokenizer-files'
import { mkdirSync } from 'node:fs'
import path from 'node:path'

function* strings(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) yield* strings(item)
}

/** What the merges are counted on: the first conversations of a stream of its own, the recipe's datasets, and ChatML's role lines. */
function* corpus(conversations: number): Generator<string> {
  for (const { system, turns } of takeConversations(seeds.tokenizer, conversations)) {
    yield* ['system\n', 'user\n', 'assistant\n', system]
    for (const { user, assistant } of turns) yield* [user, assistant]
  }
  for (const [file, text] of Object.entries(recipeFiles())) if (file.endsWith('.json')) yield* strings(JSON.parse(text))
}

export function starterBpe(conversations: number = tokenizerRecipe.conversations): Bpe {
  return trainBpe(corpus(conversations), tokenizerRecipe)
}

/** Every small file of the model folder, as text by name. */
export function modelFiles(bpe: Bpe): Record<string, string> {
  const ids = specialIds(bpe)
  const length = bpe.tokens.length + Object.keys(ids).length
  if (length > architecture.vocab_size) throw new Error(`${length} tokens do not fit into ${architecture.vocab_size} rows`)
  const stops = { eos_token_id: ids[stopToken], pad_token_id: ids[padToken] }
  const files: Record<string, object> = {
    'config.json': { ...architecture, bos_token_id: null, ...stops },
    'generation_config.json': { do_sample: false, ...stops, eos_token_id: [ids[stopToken], ids[padToken]] },
    'tokenizer.json': tokenizerJson(bpe),
    'tokenizer_config.json': tokenizerConfig(bpe, architecture.max_position_embeddings),
    'special_tokens_map.json': specialTokensMap,
  }
  return Object.fromEntries(Object.entries(files).map(([name, value]) => [name, `${JSON.stringify(value, null, 1)}\n`]))
}

export function makeTokenizer(): void {
  const bpe = starterBpe()
  mkdirSync(starterFolder, { recursive: true })
  for (const [name, text] of Object.entries(modelFiles(bpe))) writeWhole(path.join(starterFolder, name), text)
  console.log(`tokenizer: ${bpe.merges.length} merges, ${bpe.tokens.length} tokens`)
}
