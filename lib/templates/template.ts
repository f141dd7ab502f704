/**
 * A chat template made ready for one tokenizer: messages to token ids. Rows of the table are `lib/templates/table.ts`.
 */
import type { Message } from '@/lib/datasets/example'
import type { Tokenizer } from '@/lib/text/tokenizer'

/** LLaMA-Factory's data arguments that change a template. */
export interface TemplateOptions {
  template: string
  tool_format?: string | null
  default_system?: string | null
  enable_thinking?: boolean | null
  preserve_thinking?: boolean
  train_on_prompt?: boolean
}

export interface ToolCall {
  name: string
  /** The arguments as JSON text, spelled as Python's json.dumps spells them. */
  arguments: string
}

export interface Template {
  readonly name: string
  /** The tokenizer with the template's eos, pad and stop tokens in place. Use this one from here on. */
  readonly tokenizer: Tokenizer
  /** Tokens that the template needs and the tokenizer lacked; their ids lie at the end of `tokenizer`. */
  readonly added: string[]
  readonly stopIds: number[]
  readonly efficientEos: boolean
  readonly preserveThinking: boolean
  /** Prompt and answer of a whole conversation whose last message is the answer (empty content to generate one). */
  encodeOneturn(messages: readonly Message[], system?: string, tools?: string): { prompt: number[]; response: number[] }
  /** Prompt and answer of every turn; `discardHistoryThought` removes earlier turns' thoughts (reasoning templates). */
  encodeMultiturn(messages: readonly Message[], system?: string, tools?: string, discardHistoryThought?: boolean): { prompt: number[]; response: number[] }[]
  /** Tool calls in an answer, or the answer itself when there are none. */
  extractTools(content: string): ToolCall[] | string
}

/** Finds the row, applies the options and fixes the tokenizer's special tokens; UserError for an unknown name or option. */
export declare function prepareTemplate(tokenizer: Tokenizer, options: TemplateOptions): Template
/** UserError (field `template`) when a token of the template lies beyond a model's vocabulary of `vocabSize` rows. */
export declare function checkVocabulary(template: Template, vocabSize: number): void
