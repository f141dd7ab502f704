/** The starter's tokenizer as files that transformers and every tokenizer.json reader load; ChatML is its conversation format. */
import { splitPattern, type Bpe } from '@/tools/starter/bpe'

export const specialTokens = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'] as const
export const padToken = specialTokens[0]
export const stopToken = specialTokens[2]

/** One message is `<|im_start|>role`, a line end, its text, `<|im_end|>`, a line end; as LLaMA-Factory's template `chatml` writes it. */
const chatTemplate = [
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}",
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
].join('')

const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false }

/** Ids of the special tokens: they follow the vocabulary, in the order of `specialTokens`. */
export const specialIds = (bpe: Bpe): Record<(typeof specialTokens)[number], number> => ({
  '<|endoftext|>': bpe.tokens.length,
  '<|im_start|>': bpe.tokens.length + 1,
  '<|im_end|>': bpe.tokens.length + 2,
})

export function tokenizerJson(bpe: Bpe): object {
  const ids = specialIds(bpe)
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content) => ({ id: ids[content], content, ...flags })),
    normalizer: { type: 'NFC' },
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Split', pattern: { Regex: splitPattern }, behavior: 'Isolated', invert: false }, byteLevel] },
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(bpe.tokens.map((token, id) => [token, id])),
      merges: bpe.merges,
    },
  }
}

export function tokenizerConfig(bpe: Bpe, contextLength: number): object {
  const ids = specialIds(bpe)
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    add_bos_token: false,
    bos_token: null,
    eos_token: stopToken,
    pad_token: padToken,
    unk_token: null,
    clean_up_tokenization_spaces: false,
    model_max_length: contextLength,
    padding_side: 'right',
    added_tokens_decoder: Object.fromEntries(specialTokens.map((content) => [ids[content], { content, ...flags }])),
    chat_template: chatTemplate,
  }
}

export const specialTokensMap: object = { eos_token: stopToken, pad_token: padToken }
