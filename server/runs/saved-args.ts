/** Arguments that people saved by a name: YAML files in `<home>/config`, which the command line runs as well. Leaves out what is in them: the page reads that. */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { SavedArgs } from '@/lib/api'
import { UserError } from '@/lib/errors'
import { folderName, isMissing, readIfThere, writeFault, writeWhole } from '@/server/files'

const ending = '.yaml'

export interface SavedArgsStore {
  list(): SavedArgs[]
  /** @throws UserError `file_missing` */
  read(name: string): string
  /** Replaces what has the name already. @throws UserError `name_invalid`, `disk_full`, `folder_unwritable` */
  write(name: string, text: string): void
  remove(name: string): void
}

export function openSavedArgs(home: string): SavedArgsStore {
  const folder = path.join(home, 'config')
  const fileOf = (name: string) => path.join(folder, folderName(name, 'config_path') + ending)
  return {
    list() {
      const names = filesOf(folder).map((file) => file.slice(0, -ending.length))
      return names.map((name) => ({ name, changed_at: statSync(path.join(folder, name + ending)).mtimeMs })).sort((a, b) => b.changed_at - a.changed_at)
    },
    read(name) {
      const text = readIfThere(fileOf(name))
      if (text === null) throw new UserError('file_missing', { path: fileOf(name) })
      return text
    },
    write(name, text) {
      const file = fileOf(name)
      try {
        mkdirSync(folder, { recursive: true })
      } catch (error) {
        throw writeFault(error, file)
      }
      writeWhole(file, text, { durable: true })
    },
    remove: (name) => rmSync(fileOf(name), { force: true }),
  }
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith(ending) && !file.startsWith('.'))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
