/** The address of a run's file, which the page links to and the server answers. */
export const runFilePath = '/run-file'

export const runFileHref = (run: string, path: string): string => `${runFilePath}?${new URLSearchParams({ run, path }).toString()}`
