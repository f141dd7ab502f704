/** Which dataset the page shows, as its endpoints want it. */
export interface Place {
  dataset_dir: string
  dataset: string
}

/** The address of a dataset's page. */
export const viewHref = (dir: string, name: string): string => `/datasets/view?${new URLSearchParams({ dir, name }).toString()}`
