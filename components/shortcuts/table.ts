/** The keyboard's shortcuts: which keys, and what a key event means. What they do is `shortcuts`'s. */
import { screens, type Screen } from '@/lib/screens'

/** Keys that are pressed one after the other; those of one press are joined by +. */
export const shortcuts = {
  list: ['?'],
  search: ['/'],
  start: ['Ctrl+Enter'],
  stop: ['Ctrl+.'],
  message: ['m'],
  log: ['l'],
} as const satisfies Record<string, readonly string[]>
export type Shortcut = keyof typeof shortcuts

/** Pressed before the letter of a screen. */
export const LEADER = 'g'
export const screenKeys = { train: 't', evaluate: 'e', datasets: 'd', chat: 'c', export: 'x', runs: 'r' } as const satisfies Record<Screen, string>

export const isShortcut = (name: string): name is Shortcut => Object.hasOwn(shortcuts, name)

/** A press as the table writes it: by the letter where the keyboard has Latin ones, else by the key's place. */
export function pressOf({ key, code, ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'>): string | null {
  if (altKey) return null
  const places: Record<string, string> = { Slash: '/', Period: '.' }
  const latin = /^[\x20-\x7e]$|^Enter$/.test(key)
  const letter = latin ? key : code.startsWith('Key') ? code.slice(3).toLowerCase() : places[code]
  return letter === undefined ? null : `${ctrlKey || metaKey ? 'Ctrl+' : ''}${letter}`
}

/** What a press means, after the leader or not. */
export function meaningOf(press: string, led: boolean): { screen: keyof typeof screens } | { shortcut: Shortcut } | { leads: true } | null {
  if (led) {
    const screen = (Object.keys(screenKeys) as Screen[]).find((name) => screenKeys[name] === press)
    return screen === undefined ? null : { screen }
  }
  if (press === LEADER) return { leads: true }
  const shortcut = Object.keys(shortcuts).filter(isShortcut).find((name) => shortcuts[name][0] === press)
  return shortcut === undefined ? null : { shortcut }
}
