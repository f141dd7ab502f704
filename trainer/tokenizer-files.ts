/** The files that make a model folder's tokenizer, copied beside an adapter or a merged model, so that either can be used alone. */
import { copyFileSync, existsSync } from 'node:fs'
import path from 'node:path'
import { diskFault } from '@/trainer/files'

const names = [
  'tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json', 'vocab.json', 'merges.txt', 'tokenizer.model', 'chat_template.jinja',
  'chat_template.json',
]

export function copyTokenizer(from: string, to: string): void {
  for (const name of names) {
    if (!existsSync(path.join(from, name))) continue
    try {
      copyFileSync(path.join(from, name), path.join(to, name))
    } catch (error) {
      throw diskFault(error, path.join(to, name))
    }
  }
}
