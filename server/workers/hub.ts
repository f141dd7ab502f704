/**
 * What the page does with hubs: searches, looks at a dataset or a model, and fetches it while it says how far it is. Two who ask for the same share one
 * download. A token that is typed lives in this process's environment and nowhere else. How a hub is spoken to and what is kept is `hub/`.
 */
import type { ApiRequest } from '@/lib/api'
import type { Download, FetchProgress, HubCard, ModelCard } from '@/lib/hub/download'
import { hubs, type HubHit, type HubName } from '@/lib/hub/hub'
import { refKey, type HubRef, type ModelRef } from '@/lib/hub/ref'
import { clients } from '@/hub/client'
import { fetchDataset, lookUp } from '@/hub/dataset'
import { lookAtModel } from '@/hub/model-card'
import { fetchModel } from '@/hub/model'
import { nothingYet } from '@/hub/fetch'
import { pageOf } from '@/hub/settings'
import { faultOf } from '@/server/fault'

/** Between two words about a download that goes on. */
const tellEvery = 200
/** Longest README that is sent to the page. */
const textLimit = 200_000

export interface Hub {
  search(hub: HubName, words: string): Promise<HubHit[]>
  card(of: ApiRequest<'hub_dataset'>): Promise<HubCard>
  model(ref: ModelRef): Promise<ModelCard>
  /** Who asks from now on, also in the trainings that this server starts. */
  setToken(hub: HubName, token: string): void
  /** Begins, or goes on; one that goes already is left alone. */
  fetch(ref: HubRef): void
  stop(ref: HubRef): void
  downloads(): Download[]
  close(): void
}

interface Going {
  download: Download
  abort: AbortController
}

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

  const fetchAll = async ({ download, abort }: Going): Promise<void> => {
    let begun: { at: number; bytes: number } | null = null
    const progress = (now: FetchProgress) => {
      // What was here already comes at once, and says nothing of the speed.
      if (begun === null || now.bytes - begun.bytes < 1) begun = { at: Date.now(), bytes: now.bytes }
      Object.assign(download, now, { rate: Math.round((1000 * (now.bytes - begun.bytes)) / Math.max(Date.now() - begun.at, 200)) })
      tellSoon()
    }
    try {
      const call = { signal: abort.signal }
      await ('model' in download.ref ? fetchModel(download.ref, call, progress) : fetchDataset(download.ref, call, progress))
      download.status = 'done'
    } catch (error) {
      download.status = abort.signal.aborted ? 'stopped' : 'failed'
      if (!abort.signal.aborted) download.fault = faultOf(error)
    }
    tellNow()
  }

  return {
    search: (hub, words) => clients[hub].search(words, { hub, kind: 'dataset', id: words }),
    async card({ hub, id, revision, folder }) {
      const { repo, files, card, configs } = await lookUp(hub, id, revision, folder)
      const sizes = new Map(files.map((file) => [file.path, file.size]))
      const bytesOf = (names: readonly string[]) => names.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0)
      return {
        hub, id, commit: repo.commit, page: pageOf(hub, 'dataset', id), text: card.body.slice(0, textLimit), problem: card.problem,
        configs: configs.map((config) => ({ ...config, splits: config.splits.map(({ name, files: names }) => ({ name, files: names.length, bytes: bytesOf(names) })) })),
      }
    },
    model: (ref) => lookAtModel(ref),
    setToken(hub, token) {
      process.env[hubs[hub].token_variables[0]] = token
    },
    fetch(ref) {
      const key = refKey(ref)
      if (all.get(key)?.download.status === 'going') return
      const going: Going = { download: { ref, status: 'going', rate: 0, fault: null, ...nothingYet }, abort: new AbortController() }
      all.delete(key) // the newest stands last
      all.set(key, going)
      void fetchAll(going)
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
