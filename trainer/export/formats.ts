/** What an export can make, one row each: what must hold for it, how large it will be, and its writing in steps of bytes into a new folder. */
import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '@/lib/errors'
import type { ExportFormat } from '@/lib/export'
import { runFiles } from '@/lib/run'
import { jinjaTemplate, ollamaModelfile } from '@/lib/templates/export'
import { isNamed, type ExportGround } from '@/trainer/export/types'
import { writeWhole, writingChunks } from '@/trainer/files'
import { ggufChunks, type GgufTensor, type Metadata } from '@/trainer/gguf/format'
import { modelMetadata } from '@/trainer/gguf/metadata'
import { ggufTensors } from '@/trainer/gguf/tensors'
import { bytesIn } from '@/trainer/gguf/types'
import { vocabularyMetadata } from '@/trainer/gguf/vocabulary'
import { readJson } from '@/trainer/json-file'
import { merging, storedAs } from '@/trainer/export/merge'
import { fileTensors, readAdapterSettings, writeAdapter } from '@/trainer/adapter/adapter'
import { type Change, changedTensors } from '@/trainer/adapter/changed'
import { mergedTensors } from '@/trainer/adapter/merged'
import { plainAdapters } from '@/trainer/adapter/pissa'
import { savedHeld } from '@/trainer/adapter/saved'
import { templateSource } from '@/trainer/tokenizer/own-template'
import { copyTokenizer, writeChatTemplate } from '@/trainer/tokenizer/tokenizer-files'
import { tokenizerFileSchema } from '@/lib/text/hf'
import { elements } from '@/trainer/weights/safetensors'
import { floatTypes } from '@/trainer/weights/dtypes'

interface Format {
  /** @throws UserError */
  check: (ground: ExportGround) => void
  /** Of the large files. */
  bytes: (ground: ExportGround) => number
  writing: (ground: ExportGround, folder: string) => Generator<number, void>
}

export const formats = {
  merged: { check: () => undefined, bytes: mergedBytes, writing: writingMerged },
  adapter: { check: needsOne, bytes: ({ adapters }) => statSync(path.join(adapters[0], runFiles.adapterWeights)).size, writing: writingAdapter },
  gguf: { check: (ground) => void ggufParts(ground), bytes: (ground) => ggufParts(ground).tensors.reduce((sum, { type, shape }) => sum + bytesIn(type, shape), 0), writing: writingGguf },
} satisfies Record<ExportFormat, Format>

/** The number type that is asked for; null keeps the base's. */
const dtypeOf = ({ args: { infer_dtype } }: ExportGround) => (infer_dtype === 'auto' ? null : infer_dtype)

/** By the headers alone: asked for with every change of the form. */
function mergedBytes(ground: ExportGround): number {
  const { model, config, adapters } = ground
  const dtype = dtypeOf(ground)
  const held = adapters.map((folder) => new Map(savedHeld(folder, config).map(({ name }): [string, Change] => [name, (rows) => rows])))
  return changedTensors(model, config, held).reduce((sum, tensor) => sum + elements(tensor.shape) * floatTypes[dtype === null ? tensor.dtype : storedAs[dtype]], 0)
}

function* writingMerged(ground: ExportGround, folder: string): Generator<number, void> {
  const { args, model, adapters, template } = ground
  yield* merging({ model, adapters, output: folder, shard_bytes: args.export_size * 1e9, dtype: dtypeOf(ground) })
  if (isNamed(template)) writeChatTemplate(folder, template)
  writeModelfile(ground, folder, '.')
}

function writeModelfile({ template }: ExportGround, folder: string, from: string): void {
  const modelfile = template && ollamaModelfile(template, from)
  if (modelfile !== null) writeWhole(path.join(folder, 'Modelfile'), modelfile)
}

function needsOne({ adapters: { length } }: ExportGround): void {
  if (length === 0) throw new UserError('export_adapter_needed', {}, 'adapter_name_or_path')
  if (length > 1) throw new UserError('export_adapter_single', { count: length }, 'adapter_name_or_path')
}

/** PEFT's files as they are, but of PiSSA's a plain adapter, which every program takes; and the tokenizer beside them. */
function* writingAdapter({ model, config, adapters: [from], template }: ExportGround, folder: string): Generator<number, void> {
  mkdirSync(folder, { recursive: true })
  copyTokenizer(existsSync(path.join(from, 'tokenizer.json')) ? from : model, folder)
  if (isNamed(template)) writeChatTemplate(folder, template)
  if (readAdapterSettings(from).pissa) {
    const [plain] = plainAdapters([from], config, model)
    writeAdapter(folder, plain.settings, fileTensors(plain))
    return yield statSync(path.join(folder, runFiles.adapterWeights)).size
  }
  for (const name of [runFiles.adapterConfig, 'README.md', runFiles.adapterWeights]) {
    if (!existsSync(path.join(from, name))) continue
    copyFileSync(path.join(from, name), path.join(folder, name))
    yield statSync(path.join(folder, name)).size
  }
}

/** `starter-F16.gguf`. */
const ggufFile = ({ model, adapters, options }: ExportGround): string => {
  const name = [model, ...adapters].map((folder) => path.basename(path.resolve(folder))).join('-')
  return `${name.replace(/[^\p{L}\p{N}._-]+/gu, '_')}-${options.gguf_type.toUpperCase()}.gguf`
}

function ggufParts(ground: ExportGround): { metadata: Metadata; tensors: GgufTensor[] } {
  const { model, config, tokenizer, template, adapters, options } = ground
  const file = tokenizerFileSchema.parse(readJson(path.join(model, 'tokenizer.json'), (reason) => new UserError('tokenizer_invalid', { path: model, problem: reason })))
  const chatTemplate = (isNamed(template) && (template.row.replace_jinja_template || templateSource(model) === null) ? jinjaTemplate(template) : null) ?? templateSource(model)
  const vocabulary = vocabularyMetadata({ file, tokenizer, speaking: template?.tokenizer ?? tokenizer, endOfTurn: template?.tokenizer.idOf(template.row.stop[0] ?? '') ?? null, chatTemplate }, config.vocab_size)
  const metadata = { ...modelMetadata(config, path.basename(path.resolve(model)), options.gguf_type), ...vocabulary }
  return { metadata, tensors: ggufTensors(mergedTensors(model, config, adapters), config, options.gguf_type) }
}

function* writingGguf(ground: ExportGround, folder: string): Generator<number, void> {
  const { metadata, tensors } = ggufParts(ground)
  mkdirSync(folder, { recursive: true })
  yield* writingChunks(path.join(folder, ggufFile(ground)), ggufChunks(metadata, tensors))
  writeModelfile(ground, folder, `./${ggufFile(ground)}`)
}
