/** The addresses of a run's own page and of several beside each other. */
export const runPageHref = (id: string): string => `/runs/view?${new URLSearchParams({ run: id }).toString()}`

/** Ids hold no commas: the server gives folders their names. Those of LLaMA-Factory may, so each is a parameter of its own. */
export const compareHref = (ids: readonly string[]): string => `/runs/compare?${new URLSearchParams(ids.map((id) => ['run', id])).toString()}`
