/**
 * Reads a tokenizer from a model folder: tokenizer.json, tokenizer_config.json, special_tokens_map.json, generation_config.json.
 */
import type { Tokenizer } from '@/lib/text/tokenizer'

/** UserError (field `model_name_or_path`) when tokenizer.json is missing or damaged. */
export declare function loadTokenizer(folder: string): Promise<Tokenizer>
