/** The tool formats by LLaMA-Factory's names. */
import type { ToolFormatName } from '@/lib/templates/row'
import { defaultFormat } from '@/lib/templates/tools/default'
import type { ToolFormat } from '@/lib/templates/tools/format'
import { gemma4 } from '@/lib/templates/tools/gemma4'
import { glm4, ling, llama3, minimax1, mistral, qwen } from '@/lib/templates/tools/json-formats'
import { lfm2 } from '@/lib/templates/tools/lfm2'
import { glm4_moe, minimax2, qwen3_5, seed_oss } from '@/lib/templates/tools/tag-formats'

export const toolFormats = {
  default: defaultFormat,
  gemma4,
  glm4,
  glm4_moe,
  lfm2,
  ling,
  llama3,
  minimax1,
  minimax2,
  mistral,
  qwen,
  qwen3_5,
  seed_oss,
} satisfies Record<ToolFormatName, ToolFormat>
