/** The files of a model folder that mean something here, by name. Pictures, programs, and weights in formats that can hold programs are none of them. */

export const configFile = 'config.json'

/** What makes the tokenizer, the template of a chat included. */
export const tokenizerFiles = [
  'tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json', 'vocab.json', 'merges.txt', 'vocab.txt', 'tokenizer.model', 'chat_template.jinja',
  'chat_template.json',
] as const

export const weightsFile = 'model.safetensors'
/** Says which tensor lies in which shard, where the weights are in several files. */
export const weightsIndexFile = 'model.safetensors.index.json'

/** Endings of weights that are not read here: pickles can hold programs, the others are of other engines. */
export const foreignWeights = /\.(bin|pt|pth|ckpt|pkl|h5|msgpack|onnx|gguf|npz|ot)$/

/** What a model needs beside its weights, as far as a repository has it. */
export const plainFiles: readonly string[] = [configFile, 'generation_config.json', ...tokenizerFiles]
