/** The files that make a model folder's tokenizer, beside an adapter or a merged model, so that either can be used alone. */
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { tokenizerFiles } from '@/lib/models/files'
import { jinjaTemplate } from '@/lib/templates/export'
import type { Template } from '@/lib/templates/template'
import { diskFault, writeWhole } from '@/trainer/files'

export function copyTokenizer(from: string, to: string): void {
  for (const name of tokenizerFiles) {
    if (!existsSync(path.join(from, name))) continue
    try {
      copyFileSync(path.join(from, name), path.join(to, name))
    } catch (error) {
      throw diskFault(error, path.join(to, name))
    }
  }
}

const jinjaFile = 'chat_template.jinja'

const hasOwnTemplate = (folder: string): boolean =>
  existsSync(path.join(folder, jinjaFile)) || /"chat_template"\s*:\s*["[]/.test(readIfThere(path.join(folder, 'tokenizer_config.json')))

const readIfThere = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')

/** Adds the template that was trained with, where the tokenizer brings none or the template is to take its place (LLaMA-Factory's rule). */
export function writeChatTemplate(folder: string, template: Template): void {
  const text = template.row.replace_jinja_template || !hasOwnTemplate(folder) ? jinjaTemplate(template) : null
  if (text !== null) writeWhole(path.join(folder, jinjaFile), text)
}
