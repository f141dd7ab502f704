/** A dataset of a hub, as it was chosen. */
import type { HubName } from '@/lib/hub/hub'
import type { KnownDataset } from '@/lib/hub/known'

export interface HubChoice {
  hub: HubName
  id: string
  /** What is known of its columns and splits, where it is one of the well-known. */
  known: KnownDataset | null
}
