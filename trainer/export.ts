/** The command `export`: a base model and an adapter become one model folder, which appears whole; what a merge computes is `merge.ts`'s. */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '@/lib/errors'
import { ollamaModelfile } from '@/lib/templates/export'
import { prepareTemplate, type Template } from '@/lib/templates/template'
import { readArguments, Refused } from '@/trainer/arguments'
import { checkModel, collector, startAdapter } from '@/trainer/check'
import { diskFault, writeWhole } from '@/trainer/files'
import { mergeAdapter } from '@/trainer/merge'
import { readAdapter } from '@/trainer/adapter'
import { writeChatTemplate } from '@/trainer/tokenizer-files'

/** A folder with anything in it is left alone. */
function checkTarget(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new UserError('export_dir_taken', { path: folder }, 'export_dir')
}

/** Merges as `[x.yaml] [key=value …]` say; a percentage on standard output. Throws the user's faults before anything is written. */
export async function exportModel(argv: readonly string[]): Promise<number> {
  const args = readArguments(argv, 'export')
  const { faults, attempt } = collector()
  const model = args.model_name_or_path ?? ''
  const output = args.export_dir ?? ''
  const { config, tokenizer } = await checkModel(model, attempt)
  const template = tokenizer && args.template !== null ? await attempt(() => prepareTemplate(tokenizer, args)) : null
  const adapter = await attempt(() => startAdapter(args))
  if (config && adapter !== null) await attempt(() => void readAdapter(adapter, config))
  await attempt(() => checkTarget(output))
  if (faults.length > 0) throw new Refused(faults)
  // Beside the target, so that the rename stays on one file system.
  const temporary = `${path.resolve(output)}.tmp`
  rmSync(temporary, { recursive: true, force: true })
  try {
    mergeAdapter({ model, adapter, output: temporary, shard_bytes: args.export_size * 1e9, progress: percentage() })
    if (template) sayTemplate(temporary, template)
    rmSync(output, { recursive: true, force: true })
    renameSync(temporary, output)
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    throw diskFault(error, temporary)
  }
  process.stdout.write(`Exported to ${output}\n`)
  return 0
}

/** The template for programs that load the folder: transformers and vLLM, and Ollama. */
function sayTemplate(folder: string, template: Template): void {
  writeChatTemplate(folder, template)
  const modelfile = ollamaModelfile(template)
  if (modelfile !== null) writeWhole(path.join(folder, 'Modelfile'), modelfile)
}

/** Says each tenth once. */
function percentage(): (done: number, total: number) => void {
  let said = -1
  return (done, total) => {
    const tenth = Math.floor((10 * done) / total)
    if (tenth > said) process.stdout.write(`${tenth * 10} %\n`)
    said = Math.max(said, tenth)
  }
}
