/** A dataset or model of a hub on its way here, as the trainer logs it and the page shows it. */
import type { Fault } from '@/lib/errors'
import type { HubName } from '@/lib/hub/hub'
import type { HubRef } from '@/lib/hub/ref'

export interface FetchProgress {
  /** File that comes now; null while the hub is asked what there is, and at the end. */
  file: string | null
  files: number
  files_done: number
  bytes: number
  /** Bytes of all files, those that were here already included. */
  total: number
}

export interface Download extends FetchProgress {
  ref: HubRef
  status: 'going' | 'done' | 'stopped' | 'failed'
  /** Bytes a second since it began or went on. */
  rate: number
  fault: Fault | null
}

/** A model before it is fetched: what a person decides by. */
export interface ModelCard {
  /** Address of its page on the hub. */
  page: string
  files: number
  bytes: number
  /** Bytes of these that are here already. */
  here: number
  /** Free where they would go. */
  free: number
  place: string
  /** As its config.json says, and the family of this engine that runs it; null where there is none. */
  architecture: string | null
  family: string | null
}

/** What a person chooses rows by. */
export interface HubCard {
  hub: HubName
  id: string
  commit: string
  /** Address of its page on the hub. */
  page: string
  /** The README's text, Markdown from anybody. */
  text: string
  /** Why the README's head was not understood. */
  problem: string | null
  configs: { name: string; is_default: boolean; splits: { name: string; files: number; bytes: number }[] }[]
}
