/** Addresses of what a browser may fetch to keep: the page links to them, the server answers. */

export const downloads = ['run-file', 'run-adapter', 'export-file', 'export-folder'] as const
export type Download = (typeof downloads)[number]

const href = (name: Download, query: Readonly<Record<string, string>>): string => `/${name}?${new URLSearchParams(query).toString()}`

export const runFileHref = (run: string, path: string): string => href('run-file', { run, path })

/** An adapter's files as one archive. @param checkpoint null for the run's result */
export const runAdapterHref = (run: string, checkpoint: string | null): string => href('run-adapter', { run, ...(checkpoint === null ? {} : { checkpoint }) })

export const exportFileHref = (id: string, path: string): string => href('export-file', { id, path })

/** All that an export made, as one archive. */
export const exportFolderHref = (id: string): string => href('export-folder', { id })
