/**
 * The aligned example: what every dataset format is converted to, and what templates encode. Roles are LLaMA-Factory's.
 */
export const roles = ['user', 'assistant', 'observation', 'function'] as const
export type Role = (typeof roles)[number]

export interface Message {
  role: Role
  content: string
}

export interface Example {
  /** Alternating, user or observation first; odd length in a usable example. */
  prompt: Message[]
  /** One answer; two (chosen, rejected) for preference data; none where there is no answer. */
  response: Message[]
  system: string
  /** The tools as JSON text; empty without tools. */
  tools: string
}
