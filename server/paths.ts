/**
 * Which folders a path from the browser may lead to, symbolic links followed. On loopback the person at the page is the person at the
 * machine: their home folder and the folder beside the checkout are open too, so that models and data are found where people keep them.
 * For any other host it is the board's own folders and what the operator names. Hidden names (.ssh, .git) are closed everywhere.
 */
import { readdirSync, realpathSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Folder, FolderEntry, LocalModel } from '@/lib/api'
import { systemProblem } from '@/lib/causes'
import { UserError } from '@/lib/errors'
import { hubNames } from '@/lib/hub/hub'
import { isModelId } from '@/lib/hub/ref'
import { isLoopback } from '@/lib/loopback'
import { isHeld } from '@/hub/model'
import { cacheOf } from '@/hub/settings'
import { checkout } from '@/server/env'
import { isMissing } from '@/server/files'
import type { ServerOptions } from '@/server/options'

const isHidden = (name: string) => name.startsWith('.')

/** The real path of `target`, or of its nearest existing ancestor with the rest joined on: a folder still to be made has a place too. */
function realPlace(target: string): string {
  try {
    return realpathSync(target)
  } catch (error) {
    const parent = path.dirname(target)
    if (!isMissing(error) || parent === target) throw error
    return path.join(realPlace(parent), path.basename(target))
  }
}

function allowedRoots({ host, home, roots }: ServerOptions): string[] {
  const wide = isLoopback(host) ? [os.homedir(), path.dirname(checkout)] : []
  const places = [home, checkout, ...hubNames.map(cacheOf), ...roots, ...wide].map(realPlace)
  return [...new Set(places)].filter((place) => path.dirname(place) !== place)
}

export interface Paths {
  roots: string[]
  /**
   * Absolute real path of what the browser named, relative to the checkout.
   * @throws UserError `path_outside`, with `field` as its place in the form
   */
  inside(target: string, field?: string): string
  allows(target: string): boolean
  browse(target: string | null): Folder
  /** Models that are found without being named: the project's and the home's folders, and what the hubs' caches hold. */
  models(): LocalModel[]
}

export function openPaths(options: ServerOptions): Paths {
  const roots = allowedRoots(options)
  const holds = (root: string, place: string): boolean => {
    const rest = path.relative(root, place).split(path.sep)
    return rest[0] !== '..' && !rest.some(isHidden)
  }
  const allowed = (place: string): boolean => roots.some((root) => holds(root, place))
  const placeOf = (target: string): string | null => {
    try {
      const place = realPlace(path.resolve(checkout, target))
      return allowed(place) ? place : null
    } catch {
      return null // a loop of links, a name too long, a byte that no path has: nothing inside is called so
    }
  }
  const inside = (target: string, field?: string): string => {
    const place = placeOf(target)
    if (place === null) throw new UserError('path_outside', { path: target }, field)
    return place
  }
  return { roots, inside, allows: (target) => placeOf(target) !== null, browse: (target) => browse(target, roots, inside, allowed), models: () => localModels(options.home) }
}

const isModel = (folder: string): boolean => {
  try {
    return statSync(path.join(folder, 'config.json')).isFile()
  } catch {
    return false // not there, or not ours to look at: either way no model to offer
  }
}

/** A folder's entry; null for what vanished, cannot be looked at, or leads outside. */
function describe(folder: string, name: string, allowed: (place: string) => boolean): FolderEntry | null {
  try {
    const place = realpathSync(path.join(folder, name))
    if (!allowed(place)) return null
    const found = statSync(place)
    const is_folder = found.isDirectory()
    return { name, path: path.join(folder, name), kind: is_folder ? 'folder' : 'file', is_model: is_folder && isModel(place), size: is_folder ? null : found.size }
  } catch {
    return null
  }
}

function browse(target: string | null, roots: string[], inside: (target: string) => string, allowed: (place: string) => boolean): Folder {
  if (target === null) {
    const entries = roots.map((root): FolderEntry => ({ name: root, path: root, kind: 'folder', is_model: isModel(root), size: null }))
    return { path: '', parent: null, entries }
  }
  const folder = inside(target)
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    throw new UserError('file_unreadable', { path: target, problem: systemProblem(error) })
  }
  const entries = names.filter((name) => !isHidden(name)).map((name) => describe(folder, name, allowed)).filter((entry) => entry !== null)
  entries.sort((a, b) => (a.kind === b.kind ? a.name.localeCompare(b.name) : a.kind === 'folder' ? -1 : 1))
  const parent = path.dirname(folder)
  return { path: folder, parent: parent !== folder && allowed(parent) ? parent : null, entries }
}

function foldersOf(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isFile() && !isHidden(entry.name)).map((entry) => path.join(folder, entry.name))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** What the hubs' caches hold in whole is named as on its hub, which means the same folder, here and on other machines. */
function cachedModels(): LocalModel[] {
  const prefix = 'models--'
  const huggingface = foldersOf(cacheOf('huggingface')).map((folder) => path.basename(folder)).filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
  const modelscope = foldersOf(path.join(cacheOf('modelscope'), 'models')).map((folder) => path.basename(folder))
  const ids = [...huggingface, ...modelscope].map((name) => name.replace('--', '/')).filter(isModelId)
  return [...new Set(ids)].filter(isHeld).map((id) => ({ name: id, path: id }))
}

function localModels(home: string): LocalModel[] {
  const own = [...new Set([checkout, home])].flatMap((base) => foldersOf(path.join(base, 'data/models'))).filter(isModel)
  return [...own.map((folder) => ({ name: path.basename(folder), path: folder })), ...cachedModels()]
}
