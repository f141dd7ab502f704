/** What people say of a run: `notes.json` of its folder, written whole. A file that cannot be read as one counts as empty until it is written again. */
import path from 'node:path'
import { runFiles, runNotesSchema, type RunNotes } from '@/lib/run'
import { readJson, writeWhole } from '@/server/files'

export function readNotes(folder: string): RunNotes {
  const parsed = runNotesSchema.safeParse(readJson(path.join(folder, runFiles.notes)))
  return parsed.success ? parsed.data : runNotesSchema.parse({})
}

export const notesText = (notes: Partial<RunNotes>): string => `${JSON.stringify(runNotesSchema.parse(notes), null, 2)}\n`

/** Changes what `change` names and keeps the rest. @throws UserError `disk_full`, `folder_unwritable` */
export function changeNotes(folder: string, change: Partial<RunNotes>): void {
  writeWhole(path.join(folder, runFiles.notes), notesText({ ...readNotes(folder), ...change }), { durable: true })
}
