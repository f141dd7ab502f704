/**
 * What this browser remembers. A tab keeps its own copy (`sessionStorage`), so that two windows never overwrite each other's work; a new
 * tab begins with the newest copy of any (`localStorage`). A full or forbidden storage only means that nothing is remembered.
 */
export function recall(key: string): unknown {
  try {
    const text = sessionStorage.getItem(key) ?? localStorage.getItem(key)
    return text === null ? null : (JSON.parse(text) as unknown)
  } catch {
    return null // storage forbidden or its text damaged: the same as a first visit
  }
}

export function remember(key: string, value: unknown): void {
  const text = JSON.stringify(value)
  try {
    sessionStorage.setItem(key, text)
    localStorage.setItem(key, text)
  } catch {
    // no room or not allowed: the page works on without a memory
  }
}
