/** Trains the starter from random weights with the project's own engine, and writes its weights in bfloat16. */
import type { Message } from '@/lib/datasets/example'
import type { ModelConfig } from '@/lib/models/config'
import { prepareTemplate, type Template } from '@/lib/templates/template'
import { createEngine } from '@/trainer/engine/engine'
import type { Batch, EngineSpec } from '@/trainer/engine/types'
import { parameterCount } from '@/trainer/model/params'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { readModelConfig } from '@/trainer/weights/index'
import type { Making } from '@/tools/starter/card'
import type { Conversation } from '@/tools/starter/conversation'
import { packRows, toBatch, type Encoded } from '@/tools/starter/pack'
import { starterFolder } from '@/tools/starter/paths'
import { learningRate, phases, seeds, trainingRecipe, type Phase } from '@/tools/starter/recipe'
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

function* batches(template: Template, { seed, weights }: Phase): Generator<Batch> {
  const { rows, length, whole_every } = trainingRecipe
  const padId = template.tokenizer.pad?.id ?? 0
  let group: Encoded[][] = []
  for (const row of packRows(encoded(conversations(seed, weights), template, whole_every), length)) {
    if (group.push(row) < rows) continue
    yield toBatch(group, length, padId)
    group = []
  }
}

function engineSpec(config: ModelConfig, weights: EngineSpec['weights'], seed: number): EngineSpec {
  const { rows, length, adam, max_grad_norm } = trainingRecipe
  return { config, weights, lora: null, adapter: null, dtype: 'bfloat16', rows, eval_rows: 0, packed: true, lengths: [length], adam: { ...adam }, max_grad_norm, seed }
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

  add(phase: Phase, step: number, loss: number, tokens: number): void {
    this.sum += loss
    this.answerTokens += tokens
    if ((step + 1) % this.window !== 0) return
    this.loss = this.sum / this.window
    this.sum = 0
    console.log(`step ${step + 1}/${phase.steps}  loss ${this.loss.toFixed(4)}  lr ${learningRate(phase, step).toExponential(2)}  ${this.minutes.toFixed(1)} min`)
  }
}

const weightsFile = path.join(starterFolder, 'model.safetensors')

/** One phase, from `weights` to the weights file. Returns the runtime's name. */
async function trainPhase(phase: Phase, weights: EngineSpec['weights'], template: Template, progress: Progress): Promise<string> {
  const config = readModelConfig(starterFolder)
  const engine = await createEngine(engineSpec(config, weights, phase.seed))
  const stream = batches(template, phase)
  for (let step = 0; step < phase.steps; step++) {
    const { value: batch } = stream.next()
    if (!batch) throw new Error('the stream of conversations ended')
    const { loss, units: tokens } = await engine.train([batch], { lr: learningRate(phase, step), step })
    if (!Number.isFinite(loss)) throw new Error(`the loss of step ${step + 1} is ${loss}`)
    progress.add(phase, step, loss, tokens)
    if ((step + 1) % trainingRecipe.save_every === 0 || step + 1 === phase.steps) writeWeights(weightsFile, await engine.readTrainable())
  }
  engine.dispose()
  return engine.runtime
}

/** All phases from `first` on; each later one starts from the weights that the one before it wrote. */
export async function train(first = 0): Promise<Making> {
  const template = prepareTemplate(await loadTokenizer(starterFolder), { template: 'chatml' })
  const progress = new Progress(50)
  let runtime = ''
  for (const phase of phases.slice(first)) runtime = await trainPhase(phase, phase === phases[0] ? { random: seeds.weights } : starterFolder, template, progress)
  return { runtime, minutes: progress.minutes, loss: progress.loss, answerTokens: progress.answerTokens, parameters: parameterCount(readModelConfig(starterFolder)) }
}
