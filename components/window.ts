/**
 * Which window this is, for telling whose run is whose. A window keeps its id over a reload; the browser's name is for people. Nobody is kept from
 * anything by it.
 */
import type { Starter } from '@/lib/run'

const storageKey = 'tuneboard.window'

/** In this order: most browsers claim to be several. */
const browsers: readonly (readonly [RegExp, string])[] = [[/Edg\//, 'Edge'], [/OPR\//, 'Opera'], [/Firefox\//, 'Firefox'], [/Chrome\//, 'Chrome'], [/Safari\//, 'Safari']]
const systems: readonly (readonly [RegExp, string])[] = [[/Windows/, 'Windows'], [/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Mac OS X/, 'macOS'], [/Linux/, 'Linux']]

const named = (agent: string, names: readonly (readonly [RegExp, string])[]): string | undefined => names.find(([sign]) => sign.test(agent))?.[1]

export const browserName = (agent: string): string => [named(agent, browsers), named(agent, systems)].filter(Boolean).join(', ') || agent.slice(0, 80)

let made: string | null = null

function windowId(): string {
  if (made !== null) return made
  made = Math.random().toString(36).slice(2, 12)
  try {
    made = sessionStorage.getItem(storageKey) ?? made
    sessionStorage.setItem(storageKey, made)
  } catch {
    // no storage: the window is another one after a reload
  }
  return made
}

export const thisWindow = (): Starter => ({ window: windowId(), browser: browserName(navigator.userAgent) })

export const isOwn = (by: Starter | null): boolean => by?.window === windowId()
