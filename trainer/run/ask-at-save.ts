/**
 * "What did it say at step N": the questions of a run's `sample_prompts.json`, answered by the checkpoint that was just written, appended to
 * `samples.jsonl`. The weights are loaded a second time for it and given back; without questions nothing is done. What fails here is told in the
 * log and ends no training.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { TrainingArgs } from '@/lib/config/fields'
import { internalFault, schemaProblem } from '@/lib/causes'
import { type FaultValue, UserError } from '@/lib/errors'
import { chatAskSchema, type ChatLoad } from '@/lib/events'
import { inEnglish } from '@/lib/messages/english'
import { runFiles } from '@/lib/run'
import { samplePromptsFileSchema, type SavedSample } from '@/lib/run-samples'
import { openChatModel, type ChatModel } from '@/trainer/chat/chat-model'
import { openLines } from '@/trainer/files'
import { readJson } from '@/trainer/json-file'
import type { Report } from '@/trainer/run/report'

/** Most tokens of an answer: enough to hear how it speaks. */
const max_new_tokens = 128

/** How long a run that is asked to stop goes on answering: what it said last is wanted, too, and its checkpoint is safe by then. */
export const PATIENCE_MS = 20_000

/** Whether the answers take too long for one who waits for the end; asked again and again. */
function patience(stopping: () => boolean): () => boolean {
  let since: number | null = null
  return () => {
    if (!stopping()) return false
    since ??= Date.now()
    return Date.now() - since > PATIENCE_MS
  }
}

export interface Saved {
  output_dir: string
  /** Folder of the checkpoint. */
  checkpoint: string
  step: number
  args: Pick<TrainingArgs, 'model_name_or_path' | 'template'>
  /** Folders of the adapters beneath the one that is trained. */
  merged: readonly string[]
  /** True once the run is asked to stop: it does not wait long for answers. */
  stopping: () => boolean
}

function promptsOf(folder: string): string[] {
  const file = path.join(folder, runFiles.samplePrompts)
  if (!existsSync(file)) return []
  const unreadable = (reason: FaultValue) => new UserError('file_unreadable', { path: file, problem: reason })
  const found = readJson(file, unreadable)
  const parsed = samplePromptsFileSchema.safeParse(found)
  if (!parsed.success) throw unreadable(schemaProblem(parsed.error, found))
  return parsed.data.prompts
}

/** An adapter on what it was trained on, or a checkpoint that is a whole model. */
function loadOf({ checkpoint, args, merged }: Saved): ChatLoad {
  const { model_name_or_path, template } = args
  const isAdapter = existsSync(path.join(checkpoint, runFiles.adapterConfig))
  return { model_name_or_path: isAdapter ? (model_name_or_path ?? '') : checkpoint, adapter_name_or_path: isAdapter ? [...merged, checkpoint] : [], template, infer_dtype: 'auto' }
}

async function answerTo(model: ChatModel, prompt: string, side: 'adapter' | 'base', tooLong: () => boolean): Promise<SavedSample['answers'][number]> {
  const abort = new AbortController()
  const ask = chatAskSchema.parse({ id: 'sample', side, messages: [{ role: 'user', content: prompt }], sampling: { do_sample: false, max_new_tokens } })
  const said: SavedSample['answers'][number] = { prompt, answer: '', tokens: 0, end: 'cancelled' }
  for await (const part of model.answer(ask, abort.signal)) {
    if ('text' in part) said.answer += part.text
    else Object.assign(said, { end: part.end, tokens: part.tokens })
    if (tooLong()) abort.abort()
  }
  return said
}

export async function askAtSave(saved: Saved, report: Report, open = openChatModel): Promise<void> {
  const { output_dir, step } = saved
  const tooLong = patience(saved.stopping)
  try {
    const prompts = promptsOf(output_dir)
    if (prompts.length === 0) return
    const load = loadOf(saved)
    const model = await open(load)
    try {
      const answers: SavedSample['answers'] = []
      for (const prompt of prompts) if (!tooLong()) answers.push(await answerTo(model, prompt, load.adapter_name_or_path.length === 0 ? 'base' : 'adapter', tooLong))
      if (answers.length > 0) append(output_dir, { step, at: Date.now(), answers })
    } finally {
      model.dispose()
    }
  } catch (error) {
    const fault = error instanceof UserError ? error.fault : internalFault(error)
    report.text(`The questions of ${runFiles.samplePrompts} were not answered at step ${step}: ${inEnglish(fault)}`, 'WARNING')
  }
}

function append(folder: string, sample: SavedSample): void {
  const lines = openLines(path.join(folder, runFiles.samples))
  try {
    lines.append(JSON.stringify(sample))
  } finally {
    lines.close()
  }
}
