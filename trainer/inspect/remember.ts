/**
 * Results of reading files, kept for as long as the files stay as they are: for a worker that is asked the same thing at each change of a
 * form. A command that runs once needs none of it.
 */
import { statSync } from 'node:fs'

/** What shows that a file has another content: its size and time, or that it is not there. */
function stamp(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false })
  return found ? `${found.mtimeMs}/${found.size}` : 'none'
}

/**
 * `read` with its last results; a result is used again while the files that it came from have their stamps. `dropped` is told of those that are not kept any longer.
 */
export function remember<Key, Value>(
  read: (key: Key) => Promise<Value>, filesOf: (key: Key) => Promise<string[]> | string[], most = 4, dropped: (value: Value) => void = () => {},
): (key: Key) => Promise<Value> {
  const kept = new Map<string, { stamps: string; value: Value }>()
  /** Being read: who asks meanwhile waits for the same. */
  const reading = new Map<string, Promise<Value>>()
  const keep = (name: string, stamps: string, value: Value): Value => {
    const before = kept.get(name)
    kept.delete(name)
    kept.set(name, { stamps, value })
    if (before) dropped(before.value)
    for (const [oldest, { value: old }] of [...kept].slice(0, Math.max(kept.size - most, 0))) {
      kept.delete(oldest)
      dropped(old)
    }
    return value
  }
  return async (key) => {
    const name = JSON.stringify(key)
    const stamps = (await filesOf(key)).map((file) => `${file} ${stamp(file)}`).join('\n')
    const found = kept.get(name)
    if (found?.stamps === stamps) return found.value
    const asked = `${name}\n${stamps}`
    const begun = reading.get(asked) ?? read(key).then((value) => keep(name, stamps, value)).finally(() => reading.delete(asked))
    reading.set(asked, begun)
    return begun
  }
}
