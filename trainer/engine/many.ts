/**
 * Many prompts through a few slots: a slot that has ended its answer takes the next prompt at once, so that no decoding step is spent on waiting. Each answer is drawn
 * from its own seed, and so does not depend on its neighbours. Knows no TensorFlow; the two calls that it is made of are the engine's.
 */
import type { GenerateOptions } from '@/trainer/engine/types'
import { nextToken } from '@/trainer/model/sampling'
import { sequence } from '@/trainer/random'

export interface Asked {
  /** The asker's own number of the prompt. */
  index: number
  ids: number[]
  seed: number
}

export interface Answered {
  index: number
  ids: number[]
  /** `length`: the answer was cut at max_new_tokens, or where the model's length ends. */
  end: 'stop' | 'length'
}

/** The seed is each prompt's own. */
export type AnswerOptions = Omit<GenerateOptions, 'seed'>

export interface Calls {
  slots: number
  /** Longest prompt plus answer. */
  max_length: number
  /** Logits after a prompt, which begins its slot anew; null when it was cancelled on the way. */
  prefill(slot: number, ids: number[]): Promise<Float32Array | null>
  /** Logits after one more token in every slot, whose tokens before it `starts` counts. Idle slots are fed, too. */
  decode(tokens: Int32Array, starts: Int32Array): Float32Array[]
}

interface Answering {
  prompt: Asked
  seen: number[]
  /** Tokens that it may have. */
  most: number
  random: () => number
}

/** Ends early, without what was under way, when the signal says so. */
export async function* answerAll(calls: Calls, prompts: Iterable<Asked>, options: AnswerOptions): AsyncGenerator<Answered> {
  const waiting = prompts[Symbol.iterator]()
  const slots: (Answering | null)[] = Array.from({ length: calls.slots }, () => null)
  for (;;) {
    for (const slot of slots.keys()) {
      while (slots[slot] === null) {
        const begun = await begin(calls, slot, waiting, options)
        if (begun === 'cancelled') return
        if (begun === null) break
        if ('end' in begun) yield begun
        else slots[slot] = begun
      }
    }
    if (slots.every((slot) => slot === null)) return
    const tokens = Int32Array.from(slots, (slot) => slot?.seen.at(-1) ?? 0)
    const logits = calls.decode(tokens, Int32Array.from(slots, (slot) => (slot ? slot.seen.length - 1 : 0)))
    await new Promise<void>((resolve) => setImmediate(resolve)) // lets a cancellation in: the calls hold the thread
    if (options.signal.aborted) return
    for (const [slot, answering] of slots.entries()) {
      if (answering === null) continue
      const answered = take(answering, logits[slot], options)
      if (answered === null) continue
      slots[slot] = null
      yield answered
    }
  }
}

/** The next prompt, with its first token; null when there is none. */
async function begin(calls: Calls, slot: number, waiting: Iterator<Asked>, options: AnswerOptions): Promise<Answering | Answered | 'cancelled' | null> {
  const { done, value: prompt } = waiting.next()
  if (done) return null
  const { index, ids, seed } = prompt
  if (ids.length === 0 || ids.length >= calls.max_length) throw new Error(`generator: a prompt of ${ids.length} tokens does not fit into ${calls.max_length}`)
  const answering = { prompt: { index, ids, seed }, seen: [...ids], most: Math.min(options.max_new_tokens, calls.max_length - ids.length), random: sequence(seed, 0) }
  const logits = await calls.prefill(slot, ids)
  if (logits === null || options.signal.aborted) return 'cancelled'
  return take(answering, logits, options) ?? answering
}

/** Adds a token; gives the answer when that was its end. */
function take(answering: Answering, logits: Float32Array, options: AnswerOptions): Answered | null {
  const { prompt, seen, most, random } = answering
  const token = nextToken(logits, seen, options, random)
  const answer = (end: Answered['end']): Answered => ({ index: prompt.index, ids: seen.slice(prompt.ids.length), end })
  if (options.stop_ids.includes(token)) return answer('stop')
  seen.push(token)
  return seen.length - prompt.ids.length >= most ? answer('length') : null
}
