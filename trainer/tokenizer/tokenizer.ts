/**
 * Reads a tokenizer from a model folder: tokenizer.json, tokenizer_config.json, special_tokens_map.json, and generation_config.json for an
 * end-of-text token that the others do not name. Saved-model formats without tokenizer.json (SentencePiece, tiktoken) are left out.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { hasCode, jsonProblem, schemaProblem, systemProblem } from '@/lib/causes'
import { type FaultValue, problem, Unusable, UserError } from '@/lib/errors'
import { createTokenizer, type HfTokenizer, specialFileSchema, tokenizerFileSchema } from '@/lib/text/hf'
import type { NamedTokens } from '@/lib/text/tokenizer'

const generationSchema = z.looseObject({ eos_token_id: z.union([z.number(), z.array(z.number())]).nullish() })

/**
 * The tokenizer in `folder`, with `overrides` for its bos, eos and pad tokens. UserError (field `model_name_or_path`): tokenizer_missing,
 * tokenizer_invalid (with line and column where a file is not JSON).
 */
export async function loadTokenizer(folder: string, overrides: NamedTokens = {}): Promise<HfTokenizer> {
  const main = await readJson(path.join(folder, 'tokenizer.json'))
  if (main === null) throw new UserError('tokenizer_missing', { path: folder }, 'model_name_or_path')
  const file = check(folder, 'tokenizer.json', tokenizerFileSchema, main)
  const config = check(folder, 'tokenizer_config.json', specialFileSchema, (await readJson(path.join(folder, 'tokenizer_config.json'))) ?? {})
  const map = check(folder, 'special_tokens_map.json', specialFileSchema, (await readJson(path.join(folder, 'special_tokens_map.json'))) ?? {})
  const generation = check(folder, 'generation_config.json', generationSchema, (await readJson(path.join(folder, 'generation_config.json'))) ?? {})
  try {
    const tokenizer = createTokenizer(file, config, map, overrides)
    const end = [generation.eos_token_id].flat()[0]
    const eos = tokenizer.eos || typeof end !== 'number' ? null : tokenizer.tokenOf(end)
    return eos === null ? tokenizer : tokenizer.withTokens({ eos }, [], 'keep')
  } catch (error) {
    throw invalid(folder, 'tokenizer.json', error instanceof Unusable ? error.problem : error instanceof Error ? error.message : String(error))
  }
}

function invalid(folder: string, file: string, reason: FaultValue): UserError {
  return new UserError('tokenizer_invalid', { path: folder, problem: problem('at', { place: file, problem: reason }) }, 'model_name_or_path')
}

/** Null when the file is not there. */
async function readJson(file: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw invalid(path.dirname(file), path.basename(file), systemProblem(error))
  }
  try {
    return JSON.parse(text)
  } catch {
    throw invalid(path.dirname(file), path.basename(file), jsonProblem(text))
  }
}

function check<T>(folder: string, name: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw invalid(folder, name, schemaProblem(result.error, value))
}
