/** What an export is made of. */
import type { TrainingArgs } from '@/lib/config/fields'
import type { ExportOptions } from '@/lib/export'
import type { HfTokenizer } from '@/lib/text/hf'
import type { ModelConfig } from '@/lib/models/config'
import { OWN_TEMPLATE, type Template } from '@/lib/templates/template'

export interface ExportGround {
  args: TrainingArgs
  options: ExportOptions
  model: string
  config: ModelConfig
  tokenizer: HfTokenizer
  /** Named, or the model's own; null where it has none. */
  template: Template | null
  adapters: readonly string[]
}

/** Whether the template is one by name, not the model's own, which is in the folder already. */
export const isNamed = (template: Template | null): template is Template => template !== null && template.name !== OWN_TEMPLATE
