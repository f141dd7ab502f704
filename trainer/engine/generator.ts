/**
 * Generation on the recorded graph: the prompt in blocks, then one token per call and answer, over a cache that stays in the session. With an adapter there
 * are two sides on one loaded base, each with a cache of its own, so that both can answer at once; with several slots a side gives that many answers at
 * once. Which prompt takes which slot is many.ts's, templates and text are the caller's.
 */
import { type Tensor, type Tensor1D, type Tensor2D, gather, reshape } from '@tensorflow/tfjs-core'
import type { ChatSide } from '@/lib/events'
import { joinAdapters, type LoadedAdapter } from '@/trainer/adapter/joined'
import { paramsIn } from '@/trainer/engine/base'
import { Cache } from '@/trainer/engine/cache'
import { FrozenWeights } from '@/trainer/engine/frozen'
import { type Answered, answerAll, type AnswerOptions, type Asked } from '@/trainer/engine/many'
import { runtimeName } from '@/trainer/engine/runtime'
import { Slabs } from '@/trainer/engine/slabs'
import { openSource, savedSource, type WeightSource } from '@/trainer/engine/source'
import type { GenerateOptions, Generator, GeneratorSpec } from '@/trainer/engine/types'
import { Program, type InputSpec, type Scope } from '@/trainer/graph/program'
import { Session } from '@/trainer/graph/session'
import { buildLora, initLora, loraSpecs, tensorsOf } from '@/trainer/adapter/lora'
import { linearSpecs, paramSpecs } from '@/trainer/model/params'
import { ropeFrequencies, scaledTables } from '@/trainer/model/rope'
import { nextToken } from '@/trainer/model/sampling'
import { decode, logits } from '@/trainer/model/transformer'
import { sequence } from '@/trainer/random'

/** Tokens of the prompt per call: the largest block that fits, then the next, padded at the end. */
const blocks = [256, 64, 16]

export async function createGenerator(spec: GeneratorSpec): Promise<Generator> {
  return new GraphGenerator(spec, openSource(spec.weights, spec.config), loadAdapter(spec))
}

function loadAdapter({ adapters, config, weights }: GeneratorSpec): LoadedAdapter | null {
  if (!('random' in adapters)) return joinAdapters(adapters, config, String(weights))
  const specs = loraSpecs(linearSpecs(config), adapters.rank)
  return { specs, tensors: initLora(specs, adapters.random), scale: 2, saved: [] }
}

class GraphGenerator implements Generator {
  readonly runtime: string
  private readonly session: Session
  private readonly frozen: FrozenWeights
  /** What the adapter has in the place of the model's own. */
  private readonly saved: FrozenWeights
  /** The end of the queue of answers, per side: a cache serves one at a time. */
  private readonly busy: Record<ChatSide, Promise<void>> = { adapter: Promise.resolve(), base: Promise.resolve() }
  private readonly capacity: number
  private readonly slots: number

  constructor(private readonly spec: GeneratorSpec, source: WeightSource, private readonly adapter: LoadedAdapter | null) {
    const program = new Program(spec.dtype)
    // A padded last block may reach past the longest conversation.
    this.capacity = spec.max_length + blocks[blocks.length - 1]
    this.frozen = new FrozenWeights(program, paramSpecs(spec.config), source)
    const saved = adapter?.saved ?? []
    this.saved = new FrozenWeights(program, saved.map(({ param, tensor: { name } }) => ({ ...param, name })), savedSource(saved), 'load_saved')
    for (const weights of [this.frozen, this.saved]) weights.define(program)
    this.slots = spec.slots ?? 1
    const slabs = adapter === null ? null : new Slabs(program, adapter.specs.flatMap(tensorsOf))
    slabs?.defineValues(program)
    for (const side of sidesOf(adapter)) this.defineSide(program, side, slabs)
    this.session = Session.open(program)
    this.runtime = runtimeName(spec.dtype)
    for (const weights of [this.frozen, this.saved]) weights.load(this.session)
    if (slabs && adapter) this.session.run('write_value', slabs.gather(adapter.tensors))
    for (const side of sidesOf(adapter)) this.session.run(`allocate_${side}`)
  }

  private defineSide(program: Program, side: ChatSide, slabs: Slabs | null): void {
    const { config } = this.spec
    const cache = new Cache(program, `cache/${side}`, config, this.capacity, this.slots)
    program.define(`allocate_${side}`, {}, scope => {
      cache.allocate(scope)
      return {}
    })
    for (const n of [...this.blocks(), 1]) this.defineCall(program, `${side}_${n}`, cache, side, slabs, { rows: 1, n })
    if (this.slots > 1) this.defineCall(program, `${side}_all`, cache, side, slabs, { rows: this.slots, n: 1 })
  }

  /** Logits after `n` new tokens in each of `rows` slots. */
  private defineCall(program: Program, name: string, cache: Cache, side: ChatSide, slabs: Slabs | null, { rows, n }: { rows: number; n: number }): void {
    const { config } = this.spec
    const half = config.rope.rotary_dim / 2
    const int = (length: number): InputSpec => ({ dtype: 'int32', shape: [length] })
    const angles: InputSpec = { dtype: 'float32', shape: [1, rows * n, 1, half] }
    program.define(name, { ids: int(rows * n), starts: int(rows), slot: int(1), last: int(1), cos: angles, sin: angles }, (scope, x) => {
      const { adapter } = this
      const trained = slabs && side === 'adapter' ? slabs.unpack(slabs.read(scope)) : null
      const lora = trained && adapter ? { weights: buildLora(adapter.specs, ({ name }) => trained.get(name) as Tensor), scale: adapter.scale } : undefined
      const params = paramsIn(scope, config, this.frozen, side === 'adapter' ? { saved: this.savedIn(scope) } : {})
      const { attention_scaling } = ropeFrequencies(config.rope, this.spec.max_length)
      const tables = scaledTables(config, attention_scaling, { cos: x.cos as never, sin: x.sin as never })
      // Every token has its own angles, so the rows may follow one another as if they were one.
      const input = { rows: 1, length: rows * n, positions: null, ids: x.ids as Tensor1D, tables }
      const hidden = decode(params, config, input, cache.attend(scope, x.starts as Tensor1D, x.slot as Tensor1D, n), { lora })
      const ends = n === 1 ? hidden : (gather(hidden, x.last as Tensor1D) as Tensor2D)
      return { logits: reshape(logits(params, config, ends), [rows * config.vocab_size]) }
    })
  }

  private savedIn(scope: Scope): Map<string, Tensor> {
    return new Map((this.adapter?.saved ?? []).flatMap(({ param, tensor }) => {
      const variable = this.saved.find(tensor)
      return variable ? [[param.name, scope.read(variable)]] : []
    }))
  }

  /** Block sizes that this length of conversation can use. */
  private blocks(): number[] {
    return blocks.filter((b, i) => b <= this.spec.max_length || i === blocks.length - 1)
  }

  async *generate(promptIds: number[], options: GenerateOptions): AsyncGenerator<number> {
    const side = this.adapter === null ? 'base' : options.side
    const release = await this.lock(side)
    try {
      yield* this.answer(side, promptIds, options)
    } finally {
      release()
    }
  }

  private async lock(side: ChatSide): Promise<() => void> {
    let release = () => {}
    const before = this.busy[side]
    this.busy[side] = new Promise(resolve => (release = resolve))
    await before
    return release
  }

  private async *answer(side: ChatSide, promptIds: number[], options: GenerateOptions): AsyncGenerator<number> {
    const { max_length } = this.spec
    if (promptIds.length === 0 || promptIds.length >= max_length) throw new Error(`generator: a prompt of ${promptIds.length} tokens does not fit into ${max_length}`)
    const random = sequence(options.seed, 0)
    const seen = [...promptIds]
    let row = await this.prefill(side, 0, promptIds, options.signal)
    const most = Math.min(options.max_new_tokens, max_length - promptIds.length)
    for (let made = 0; row !== null && made < most; made++) {
      const token = nextToken(row, seen, options, random)
      if (options.stop_ids.includes(token)) return
      seen.push(token)
      yield token
      await breathe()
      if (options.signal.aborted || made + 1 === most) return
      row = this.step(side, 0, [token], seen.length - 1, 1, seen.length)
    }
  }

  /** @returns logits after the prompt; null when it was cancelled on the way */
  private async prefill(side: ChatSide, slot: number, ids: number[], signal: AbortSignal): Promise<Float32Array | null> {
    let row: Float32Array | null = null
    for (let at = 0; at < ids.length; ) {
      if (signal.aborted) return null
      const rest = ids.length - at
      const size = this.blocks().find(b => b <= rest) ?? blocks[blocks.length - 1]
      const fresh = ids.slice(at, at + size)
      row = this.step(side, slot, fresh, at, size, ids.length)
      at += fresh.length
      await breathe()
    }
    return row
  }

  /** Logits after the last of `fresh`, whose first has position `start`. `total` is the sequence's length so far. */
  private step(side: ChatSide, slot: number, fresh: number[], start: number, size: number, total: number): Float32Array {
    const ids = new Int32Array(size)
    ids.set(fresh)
    const positions = Array.from(ids, (_, i) => start + i)
    const feeds = { ids, starts: Int32Array.of(start), slot: Int32Array.of(slot), last: Int32Array.of(fresh.length - 1), ...this.angles(positions, () => total) }
    return this.session.run(`${side}_${size}`, feeds).logits as Float32Array
  }

  /** The angles of positions; a dynamic scaling asks for the length of each one's sequence. */
  private angles(positions: readonly number[], totalAt: (index: number) => number): { cos: Float32Array; sin: Float32Array } {
    const { rope } = this.spec.config
    const pairs = rope.rotary_dim / 2
    const [cos, sin] = [new Float32Array(positions.length * pairs), new Float32Array(positions.length * pairs)]
    positions.forEach((position, i) => {
      const { inv_freq } = ropeFrequencies(rope, totalAt(i))
      for (let p = 0; p < pairs; p++) {
        cos[i * pairs + p] = Math.cos(position * inv_freq[p])
        sin[i * pairs + p] = Math.sin(position * inv_freq[p])
      }
    })
    return { cos, sin }
  }

  async *generateAll(prompts: Iterable<Asked>, options: AnswerOptions): AsyncGenerator<Answered> {
    const side = this.adapter === null ? 'base' : options.side
    const release = await this.lock(side)
    const { slots, spec: { max_length, config: { vocab_size } } } = this
    const calls = {
      slots,
      max_length,
      prefill: (slot: number, ids: number[]) => this.prefill(side, slot, ids, options.signal),
      decode: (tokens: Int32Array, starts: Int32Array) => {
        if (slots === 1) return [this.step(side, 0, [tokens[0]], starts[0], 1, starts[0] + 1)]
        const feeds = { ids: tokens, starts, slot: Int32Array.of(0), last: Int32Array.of(0), ...this.angles([...starts], (i) => starts[i] + 1) }
        const all = this.session.run(`${side}_all`, feeds).logits as Float32Array
        return Array.from({ length: slots }, (_, slot) => all.subarray(slot * vocab_size, (slot + 1) * vocab_size))
      },
    }
    try {
      yield* answerAll(calls, prompts, options)
    } finally {
      release()
    }
  }

  dispose(): void {
    this.session.close()
  }
}

const sidesOf = (adapter: LoadedAdapter | null): ChatSide[] => (adapter === null ? ['base'] : ['adapter', 'base'])

/** Lets cancellations and other answers in between two calls, which hold the thread. */
const breathe = () => new Promise<void>(resolve => setImmediate(resolve))
