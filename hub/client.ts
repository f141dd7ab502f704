/** What both hubs can be asked, in one shape; how each is asked is in the file of its name. */
import type { HubHit, HubName, RepoKind } from '@/lib/hub/hub'
import * as huggingface from '@/hub/huggingface'
import * as modelscope from '@/hub/modelscope'
import type { Asking } from '@/hub/request'
import type { Snapshot } from '@/hub/snapshot'

export interface HubClient {
  /** @throws UserError of `hub/request`, `hub_revision_missing` */
  snapshot(revision: string | null, asking: Asking): Promise<Snapshot>
  /** Repositories of the asked kind whose names hold the words, the most used first. */
  search(words: string, asking: Asking): Promise<HubHit[]>
  /** Address of a file's content. */
  fileUrl(kind: RepoKind, id: string, commit: string, path: string): string
}

export const clients: Record<HubName, HubClient> = { huggingface, modelscope }
