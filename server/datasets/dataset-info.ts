/**
 * dataset_info.json of a folder, edited: one entry at a time, everything else left as it is written, to the order of keys, unknown keys and indents.
 * Written whole, with the text that it replaces beside it as `dataset_info.json.bak`. Who edits holds a lock and reads anew, so two windows, or two
 * servers on one folder, lose nothing of each other's. What entries mean is `lib/datasets/info`.
 */
import { chmodSync, closeSync, openSync, realpathSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { applyEdits, findNodeAtLocation, type FormattingOptions, type JSONPath, modify, parseTree } from 'jsonc-parser'
import { hasCode } from '@/lib/causes'
import { problem, UserError } from '@/lib/errors'
import { JsonSyntaxError, parseJson, type PyObject } from '@/lib/pyjson'
import { readIfThere, writeFault, writeWhole } from '@/server/files'

const infoFile = (folder: string) => path.join(folder, 'dataset_info.json')
const byteOrderMark = '\ufeff'

/** The entries by name; none where there is no file. @throws UserError file_not_json, dataset_info_invalid */
export function readEntries(folder: string): PyObject {
  return entriesOf(readIfThere(infoFile(folder)) ?? '{}', folder)
}

function entriesOf(text: string, folder: string): PyObject {
  try {
    const entries = parseJson(text.replace(byteOrderMark, ''))
    if (entries instanceof Map) return entries
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw new UserError('file_not_json', { path: infoFile(folder), line: error.line, column: error.column, problem: error.reason }, 'dataset_dir')
  }
  throw new UserError('dataset_info_invalid', { path: folder, problem: problem('info_not_object') }, 'dataset_dir')
}

/** A text of JSON under edit. */
export interface InfoText {
  entries: PyObject
  /** Sets the value at a path of keys; undefined takes the key out. */
  set(at: JSONPath, value: unknown): void
  rename(name: string, next: string): void
}

/** @throws UserError for a file that is not JSON, a folder that cannot be written, a full disk, and what `work` throws: nothing is changed then. */
export async function editInfo(folder: string, work: (info: InfoText) => void): Promise<void> {
  const lock = await takeLock(`${infoFile(folder)}.lock`)
  try {
    const old = readIfThere(infoFile(folder))
    const next = edited(old ?? '{}\n', folder, work)
    if (next === old) return
    const file = old === null ? infoFile(folder) : realpathSync(infoFile(folder))
    const mode = old === null ? null : statSync(file).mode
    if (old !== null) writeWhole(`${file}.bak`, old, { durable: false })
    writeWhole(file, next, { durable: true })
    if (mode !== null) chmodSync(file, mode)
  } finally {
    rmSync(lock, { force: true })
  }
}

function edited(old: string, folder: string, work: (info: InfoText) => void): string {
  const mark = old.startsWith(byteOrderMark) ? byteOrderMark : ''
  let text = old.slice(mark.length)
  const formattingOptions = formattingOf(text)
  work({
    entries: entriesOf(text, folder),
    set(at, value) {
      text = applyEdits(text, modify(text, at, value, { formattingOptions }))
    },
    rename(name, next) {
      const tree = parseTree(text)
      const key = tree && findNodeAtLocation(tree, [name])?.parent?.children?.[0]
      if (key) text = applyEdits(text, [{ offset: key.offset, length: key.length, content: JSON.stringify(next) }])
    },
  })
  return mark + text
}

/** The indent of the first key and the line ends, as the file has them. */
function formattingOf(text: string): FormattingOptions {
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  '
  return { insertSpaces: !indent.startsWith('\t'), tabSize: indent.startsWith('\t') ? 1 : indent.length, eol: text.includes('\r\n') ? '\r\n' : '\n' }
}

/** An edit takes milliseconds: a lock that is older than this was left behind. */
const STALE_MS = 10_000
const RETRY_MS = 20

async function takeLock(lock: string): Promise<string> {
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx'))
      return lock
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw writeFault(error, lock)
    }
    const found = statSync(lock, { throwIfNoEntry: false })
    if (found && Date.now() - found.mtimeMs > STALE_MS) rmSync(lock, { force: true })
    else await setTimeout(RETRY_MS)
  }
}
