/**
 * What a row of the template table says, and the slots that it is made of. Left out: how slots become ids (template.ts).
 */

/** A piece of a message: text that may hold `{{content}}`, a special token of the tokenizer by role, or a token by its spelling. */
export type Slot = string | { readonly role: 'bos' | 'eos' } | { readonly token: string }

/** The tokenizer's own bos or eos; nothing where it has none. */
export const BOS: Slot = { role: 'bos' }
export const EOS: Slot = { role: 'eos' }

/** One token by its spelling, never cut into smaller ones. */
export function token(text: string): Slot {
  return { token: text }
}

export const toolFormatNames = [
  'default',
  'gemma4',
  'glm4',
  'glm4_moe',
  'lfm2',
  'ling',
  'llama3',
  'minimax1',
  'minimax2',
  'mistral',
  'qwen',
  'qwen3_5',
  'seed_oss',
] as const
export type ToolFormatName = (typeof toolFormatNames)[number]

/**
 * How the messages become one sequence: `plain`, each by its own slots; `fused_system`, the system text inside the first user message;
 * `reasoning`, answers without a thought get an empty one; `reasoning_close`, the same with the closing mark alone.
 */
export type TemplateKind = 'plain' | 'fused_system' | 'reasoning' | 'reasoning_close'

export interface TemplateRow {
  /** Once, before everything. */
  prefix?: readonly Slot[]
  /** Default for system, user: the content itself. */
  system?: readonly Slot[]
  user?: readonly Slot[]
  /** Default: the content, then eos unless `efficient_eos`. */
  assistant?: readonly Slot[]
  /** A tool's result; default: as the user. */
  observation?: readonly Slot[]
  /** How tool calls are written (default `default`), and the slots around them (default: the assistant's). */
  calls?: ToolFormatName
  call?: readonly Slot[]
  /** How the list of tools is told; slots where the list's own JSON stands in them. */
  tools?: ToolFormatName | readonly Slot[]
  default_system?: string
  /** The system slots stand there without a text, too. */
  always_system?: boolean
  /** End an answer besides eos. */
  stop?: readonly string[]
  /** Around a thought; default `<think>\n`, `\n</think>\n\n`. */
  thought?: readonly [string, string]
  /** Around a tool call inside an answer; default `<tool_call>`, `</tool_call>`. */
  call_words?: readonly [string, string]
  /** eos stands once at the end of a training sequence, and between turns as a label only. */
  efficient_eos?: boolean
  /** The first stop word becomes the tokenizer's eos. */
  replace_eos?: boolean
  /** The template replaces the tokenizer's own chat template when a model is exported. */
  replace_jinja_template?: boolean
  kind?: TemplateKind
}

/** A row with every default filled in. */
export type FilledRow = Required<Omit<TemplateRow, 'kind' | 'default_system'>> & { kind: NonNullable<TemplateRow['kind']>; default_system: string }

/** LLaMA-Factory's data arguments that change a template. */
export interface TemplateOptions {
  template: string | null
  /** The row of the model's own chat template (own.ts), for where none is named. */
  own?: TemplateRow | null
  tool_format?: string | null
  default_system?: string | null
  enable_thinking?: boolean | null
  preserve_thinking?: boolean
  train_on_prompt?: boolean
}

/** Ids of one turn: what is given, and what is to be answered. */
export interface Turn {
  prompt: number[]
  response: number[]
}
