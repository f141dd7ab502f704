/** A pass over the questions: asks a side for what is missing, turns ids into text, compares it with the dataset's answer, and hands the rows on in order. */
import type { TrainingArgs } from '@/lib/config/fields'
import type { ChatSide } from '@/lib/events'
import { judgeCalls } from '@/lib/metrics/tool-calls'
import { similarity } from '@/lib/metrics/similarity'
import type { ModelAnswer, Prediction } from '@/lib/predictions'
import type { Template } from '@/lib/templates/template'
import type { Answered } from '@/trainer/engine/many'
import type { Generator } from '@/trainer/engine/types'
import type { Item } from '@/trainer/predict/items'
import { jiebaWords } from '@/trainer/predict/words'
import { streamOf } from '@/trainer/random'

export interface Asking {
  generator: Generator
  template: Template
  side: ChatSide
  args: TrainingArgs
  signal: AbortSignal
}

/** A question's seed: its own, whatever is asked beside or before it. */
const seedOf = (seed: number, index: number): number => streamOf(`${seed}/${index}`)

/** Answers to the items from `from` on, in their order. */
export async function* answersTo(items: readonly Item[], from: number, { generator, template, side, args, signal }: Asking): AsyncGenerator<{ item: Item; answer: ModelAnswer }> {
  const { do_sample, temperature, top_p, top_k, repetition_penalty, max_new_tokens, seed, skip_special_tokens } = args
  function* prompts() {
    for (let index = from; index < items.length; index++) yield { index, ids: [...items[index].ids], seed: seedOf(seed, index) }
  }
  const options = { do_sample, temperature, top_p, top_k, repetition_penalty, max_new_tokens, stop_ids: template.stopIds, side, signal }
  const early = new Map<number, Answered>()
  let next = from
  for await (const answered of generator.generateAll(prompts(), options)) {
    early.set(answered.index, answered)
    for (let ready = early.get(next); ready; ready = early.get(next)) {
      early.delete(next)
      const item = items[next++]
      yield { item, answer: judged(item, ready, template, skip_special_tokens) }
    }
  }
}

/** LLaMA-Factory scores texts without special tokens, whatever it writes. */
function judged(item: Item, { ids, end }: Answered, template: Template, skip: boolean): ModelAnswer {
  const { tokenizer } = template
  const [said, wanted] = [tokenizer.decode(ids, true), tokenizer.decode([...(item.labels ?? [])], true)]
  return {
    predict: skip ? said : tokenizer.decode(ids, false),
    tokens: ids.length,
    end,
    scores: item.labels === null ? null : similarity(said, wanted, jiebaWords),
    call: item.expected && judgeCalls(item.expected, said, wanted, template.extractTools),
  }
}

export function predictionOf({ dataset, row, turn, last, question, ids, labels }: Item, answer: ModelAnswer, { tokenizer }: Template, skip: boolean): Prediction {
  return { dataset, row, turn, last, question, prompt: tokenizer.decode([...ids], false), label: tokenizer.decode([...(labels ?? [])], skip), ...answer }
}
