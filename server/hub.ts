/**
 * What the page does with hubs: searches, looks at a dataset, and fetches its rows while it says how far it is. Two who ask for the same rows share one
 * download. How a hub is spoken to and what is kept is `hub/`.
 */
import type { ApiRequest } from '@/lib/api'
import type { Download, FetchProgress, HubCard } from '@/lib/hub/download'
import type { HubHit, HubName } from '@/lib/hub/hub'
import { refKey, type DatasetRef } from '@/lib/hub/ref'
import { clients } from '@/hub/client'
import { fetchDataset, lookUp } from '@/hub/dataset'
import { endpointOf } from '@/hub/settings'
import { faultOf } from '@/server/fault'

/** Between two words about a download that goes on. */
const tellEvery = 200
/** Longest README that is sent to the page. */
const textLimit = 200_000

export interface Hub {
  search(hub: HubName, words: string): Promise<HubHit[]>
  card(of: ApiRequest<'hub_dataset'>): Promise<HubCard>
  /** Begins, or goes on; one that goes already is left alone. */
  fetch(ref: DatasetRef): void
  stop(ref: DatasetRef): void
  downloads(): Download[]
  close(): void
}

interface Going {
  download: Download
  abort: AbortController
}

const atStart: FetchProgress = { file: null, files: 0, files_done: 0, bytes: 0, total: 0 }

export function openHub(tell: (downloads: Download[]) => void): Hub {
  const all = new Map<string, Going>()
  let timer: NodeJS.Timeout | null = null
  const list = () => [...all.values()].map(({ download }) => download)

  const tellNow = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    tell(list())
  }
  const tellSoon = () => {
    timer ??= setTimeout(tellNow, tellEvery)
  }

  const fetchRows = async ({ download, abort }: Going): Promise<void> => {
    let begun: { at: number; bytes: number } | null = null
    const progress = (now: FetchProgress) => {
      // What was here already comes at once, and says nothing of the speed.
      if (begun === null || now.bytes - begun.bytes < 1) begun = { at: Date.now(), bytes: now.bytes }
      Object.assign(download, now, { rate: Math.round((1000 * (now.bytes - begun.bytes)) / Math.max(Date.now() - begun.at, 200)) })
      tellSoon()
    }
    try {
      await fetchDataset(download.ref, { signal: abort.signal }, progress)
      download.status = 'done'
    } catch (error) {
      download.status = abort.signal.aborted ? 'stopped' : 'failed'
      if (!abort.signal.aborted) download.fault = faultOf(error)
    }
    tellNow()
  }

  return {
    search: (hub, words) => clients[hub].search(words, { hub, id: words }),
    async card({ hub, id, revision, folder }) {
      const { repo, files, card, configs } = await lookUp(hub, id, revision, folder)
      const sizes = new Map(files.map((file) => [file.path, file.size]))
      const bytesOf = (names: readonly string[]) => names.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0)
      return {
        hub, id, commit: repo.commit, page: `${endpointOf(hub)}/datasets/${id}`, text: card.body.slice(0, textLimit), problem: card.problem,
        configs: configs.map((config) => ({ ...config, splits: config.splits.map(({ name, files: names }) => ({ name, files: names.length, bytes: bytesOf(names) })) })),
      }
    },
    fetch(ref) {
      const key = refKey(ref)
      if (all.get(key)?.download.status === 'going') return
      const going: Going = { download: { ref, status: 'going', rate: 0, fault: null, ...atStart }, abort: new AbortController() }
      all.delete(key) // the newest stands last
      all.set(key, going)
      void fetchRows(going)
      tellNow()
    },
    stop: (ref) => all.get(refKey(ref))?.abort.abort(),
    downloads: list,
    close() {
      if (timer !== null) clearTimeout(timer)
      for (const { abort } of all.values()) abort.abort()
    },
  }
}
