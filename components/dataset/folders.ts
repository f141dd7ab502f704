'use client'
/** Data folders: the known ones, those that a person has named, and which of them the Datasets page shows. */
import { useEffect } from 'react'
import { z } from 'zod'
import { useBoard } from '@/components/board'
import { draft } from '@/components/config/draft'
import { createStore, useStore } from '@/components/store'
import { recall, remember } from '@/components/stored'

const storedKey = 'tuneboard.data_folders'
const storedSchema = z.object({ shown: z.string().nullable(), named: z.array(z.string()) })
type Folders = z.output<typeof storedSchema>

/** `shown: null`: the form's. */
const folders = createStore<Folders>({ shown: null, named: [] })

/** Shows a folder, and knows it from now on. */
export function showFolder(shown: string): void {
  folders.set(({ named }) => ({ shown, named: [...new Set([...named, shown])] }))
  remember(storedKey, folders.get())
  const url = new URL(window.location.href)
  url.searchParams.set('dir', shown)
  window.history.replaceState(null, '', url)
}

/** The folder that the Datasets page shows, and all that can be chosen. */
export function useFolders(): { shown: string; known: string[] } {
  const board = useBoard()
  const formFolder = useStore(draft, (now) => String(now.args.dataset_dir ?? ''))
  const { shown, named } = useStore(folders, (now) => now)
  useEffect(() => {
    const stored = storedSchema.safeParse(recall(storedKey))
    const asked = new URLSearchParams(window.location.search).get('dir')
    folders.set((now) => ({ shown: asked ?? now.shown ?? stored.data?.shown ?? null, named: [...new Set([...now.named, ...(stored.data?.named ?? []), ...(asked ? [asked] : [])])] }))
  }, [])
  const first = formFolder || 'data'
  return { shown: shown ?? first, known: [...new Set([...(board?.dataset_dirs ?? []), first, ...named])] }
}

/** Where new datasets go: the board's own folder. */
export const useOwnFolder = (): string => useBoard()?.dataset_dirs[0] ?? 'data'
