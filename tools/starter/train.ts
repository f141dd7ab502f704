/** Trains the starter from random weights with the project's own engine, and writes its weights in bfloat16. */
import type { Message } from '@/lib/datasets/example'
import type { ModelConfig } from '@/lib/models/config'
import { prepareTemplate, type Template } from '@/lib/templates/template'
import { createEngine } from '@/trainer/engine/engine'
import type { Batch, EngineSpec, NamedTensor } from '@/trainer/engine/types'
import { loadTokenizer } from '@/trainer/tokenizer'
import { readModelConfig } from '@/trainer/weights/index'
import type { Making } from '@/tools/starter/card'
import type { Conversation } from '@/tools/starter/conversation'
import { packRows, toBatch, type Encoded } from '@/tools/starter/pack'
import { starterFolder } from '@/tools/starter/paths'
import { learningRate, seeds, trainingRecipe } from '@/tools/starter/recipe'
import { conversations } from '@/tools/starter/text'
import { writeWeights } from '@/tools/starter/weights'
import path from 'node:path'

const ignored = -100

const messagesOf = ({ turns }: Conversation): Message[] =>
  turns.flatMap(({ user, assistant }): Message[] => [
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ])

/** Only answers are learned; of every `wholeEvery`th conversation the questions too, so that no word of theirs stays foreign. */
export function* encoded(stream: Iterable<Conversation>, template: Template, wholeEvery: number): Generator<Encoded> {
  let n = 0
  for (const conversation of stream) {
    const whole = n++ % wholeEvery === 0
    const pairs = template.encodeMultiturn(messagesOf(conversation), conversation.system)
    const ids = pairs.flatMap(({ prompt, response }) => [...prompt, ...response])
    const labels = whole ? [ignored, ...ids.slice(1)] : pairs.flatMap(({ prompt, response }) => [...prompt.map(() => ignored), ...response])
    yield { ids, labels }
  }
}

function* batches(template: Template): Generator<Batch> {
  const { rows, length, whole_every } = trainingRecipe
  const padId = template.tokenizer.pad?.id ?? 0
  let group: Encoded[][] = []
  for (const row of packRows(encoded(conversations(seeds.training), template, whole_every), length)) {
    if (group.push(row) < rows) continue
    yield toBatch(group, length, padId)
    group = []
  }
}

function engineSpec(config: ModelConfig): EngineSpec {
  const { rows, length, adam, max_grad_norm } = trainingRecipe
  return { config, weights: { random: seeds.weights }, lora: null, adapter: null, dtype: 'bfloat16', rows, eval_rows: 0, packed: true, lengths: [length], adam: { ...adam }, max_grad_norm, seed: seeds.training }
}

/** Mean losses over a window of updates, a line each. */
class Progress {
  private readonly start = Date.now()
  private sum = 0
  answerTokens = 0
  /** Mean over the last whole window. */
  loss = Number.NaN

  constructor(private readonly window: number) {}

  get minutes(): number {
    return (Date.now() - this.start) / 60_000
  }

  add(step: number, loss: number, tokens: number): void {
    this.sum += loss
    this.answerTokens += tokens
    if ((step + 1) % this.window !== 0) return
    this.loss = this.sum / this.window
    this.sum = 0
    console.log(`step ${step + 1}/${trainingRecipe.steps}  loss ${this.loss.toFixed(4)}  lr ${learningRate(step).toExponential(2)}  ${this.minutes.toFixed(1)} min`)
  }
}

const parametersOf = (tensors: readonly NamedTensor[]): number => tensors.reduce((sum, { data }) => sum + data.length, 0)

export async function train(): Promise<Making> {
  const template = prepareTemplate(await loadTokenizer(starterFolder), { template: 'chatml' })
  const config = readModelConfig(starterFolder)
  const file = path.join(starterFolder, 'model.safetensors')
  const engine = await createEngine(engineSpec(config))
  console.log(`training on ${engine.runtime}`)
  const progress = new Progress(50)
  const stream = batches(template)
  for (let step = 0; step < trainingRecipe.steps; step++) {
    const { value: batch } = stream.next()
    if (!batch) throw new Error('the stream of conversations ended')
    const { loss, tokens } = await engine.train([batch], { lr: learningRate(step), step })
    if (!Number.isFinite(loss)) throw new Error(`the loss of step ${step + 1} is ${loss}`)
    progress.add(step, loss, tokens)
    if ((step + 1) % trainingRecipe.save_every === 0) writeWeights(file, await engine.readTrainable(), config)
  }
  const tensors = await engine.readTrainable()
  writeWeights(file, tensors, config)
  engine.dispose()
  return { runtime: engine.runtime, minutes: progress.minutes, loss: progress.loss, answerTokens: progress.answerTokens, parameters: parametersOf(tensors) }
}
