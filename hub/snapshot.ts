/** What a hub holds under a revision. */
import type { HubFile } from '@/lib/hub/hub'

export interface Snapshot {
  /** What the snapshot is called: a commit, or the revision where the hub names no commits. */
  commit: string
  files: HubFile[]
}
