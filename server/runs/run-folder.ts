/**
 * What else lies in a run folder: its files, to look at, to fetch and to delete, the questions asked at each save with their answers, and the
 * machine's load over time. Records and states are `run-view`'s.
 */
import { readdirSync, realpathSync, renameSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { RunFile } from '@/lib/api'
import { UserError } from '@/lib/errors'
import { runFiles } from '@/lib/run'
import { readSamples, samplePromptsFileSchema, type SavedSample } from '@/lib/run-samples'
import { readSystemLog, type SystemRecord } from '@/lib/system-log'
import { isMissing, readIfThere, readJson, writeWhole } from '@/server/files'

/** More are not listed: a run has some dozens. */
const maxFiles = 5000

/** All files, those of the folder itself first, then those of each folder in it. */
export function filesOf(folder: string): RunFile[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.flatMap((name): RunFile[] => {
    const found = statSync(path.join(folder, name), { throwIfNoEntry: false })
    return found?.isFile() ? [{ path: name.split(path.sep).join('/'), size: found.size, changed_at: found.mtimeMs }] : []
  })
  const depth = (file: RunFile) => file.path.split('/').length
  return files.sort((a, b) => depth(a) - depth(b) || a.path.localeCompare(b.path, 'en', { numeric: true })).slice(0, maxFiles)
}

/** A file of a run by its path there; links are followed, but not out of the folder. @throws UserError `file_missing` */
export function fileIn(folder: string, name: string): { file: string; size: number } {
  const missing = () => new UserError('file_missing', { path: name })
  try {
    const file = realpathSync(path.join(folder, name))
    if (!file.startsWith(realpathSync(folder) + path.sep)) throw missing()
    const found = statSync(file)
    if (!found.isFile()) throw missing()
    return { file, size: found.size }
  } catch (error) {
    throw isMissing(error) ? missing() : error
  }
}

/** Takes the folder away under another name first: no half of a run is ever seen. */
export async function deleteFolder(folder: string): Promise<void> {
  const gone = path.join(path.dirname(folder), `.deleted-${path.basename(folder)}-${Date.now()}`)
  renameSync(folder, gone)
  await rm(gone, { recursive: true })
}

export function promptsOf(folder: string): string[] {
  const parsed = samplePromptsFileSchema.safeParse(readJson(path.join(folder, runFiles.samplePrompts)))
  return parsed.success ? parsed.data.prompts : []
}

export const promptsText = (prompts: readonly string[]): string => `${JSON.stringify({ prompts }, null, 2)}\n`

export const writePrompts = (folder: string, prompts: readonly string[]): void => writeWhole(path.join(folder, runFiles.samplePrompts), promptsText(prompts), { durable: true })

export const samplesOf = (folder: string): SavedSample[] => readSamples(readIfThere(path.join(folder, runFiles.samples)) ?? '')

export const systemOf = (folder: string): SystemRecord[] => readSystemLog(readIfThere(path.join(folder, runFiles.system)) ?? '')

/** What a run ended with: the file that sums up, or the parts of it that there are. */
export function resultsOf(folder: string): Record<string, unknown> | null {
  const read = (name: string) => {
    const found = readJson(path.join(folder, name))
    return typeof found === 'object' && found !== null ? { ...found } : null
  }
  const parts = [runFiles.trainResults, runFiles.evalResults, runFiles.predictResults].flatMap((name) => read(name) ?? [])
  return read(runFiles.allResults) ?? (parts.length === 0 ? null : Object.assign({}, ...parts))
}
