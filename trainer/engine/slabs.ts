/**
 * The trained tensors, laid end to end in a few flat variables ("slabs") with their gradient sums and Adam moments beside them. One slab is one
 * node to read, to update and to save, where hundreds of small tensors would be hundreds: start-up time. A large tensor is a slab of its own,
 * which costs no copy.
 */
import { type Scalar, type Tensor, type Tensor1D, add, addN, concat, div, minimum, mul, reshape, split, sqrt, square, sub, sum, zerosLike } from '@tensorflow/tfjs-core'
import { full } from '@/trainer/graph/rules/shape'
import type { Program, Scope, Variable } from '@/trainer/graph/program'
import type { NamedTensor } from '@/trainer/engine/types'

export interface TrainedSpec {
  name: string
  shape: number[]
  /** Factor of the learning rate; 1 where nothing is said. */
  pace?: number
  /** Whether weight decay leaves it alone. */
  spared?: boolean
}

interface Slab {
  members: (TrainedSpec & { offset: number; size: number })[]
  size: number
  /** Of all its members. */
  pace: number
  spared: boolean
  value: Variable
  gradient: Variable
  m: Variable
  s: Variable
}

const paceOf = ({ pace }: TrainedSpec): number => pace ?? 1
const isSpared = ({ spared }: TrainedSpec): boolean => spared ?? false

/** Tensors above this many numbers are not packed with others. */
const packed = 1 << 20

export class Slabs {
  readonly slabs: Slab[] = []

  constructor(program: Program, specs: TrainedSpec[]) {
    let open: Slab['members'] = []
    const close = () => {
      if (open.length > 0) this.slabs.push(this.slab(program, open))
      open = []
    }
    for (const spec of specs) {
      const size = spec.shape.reduce((a, d) => a * d, 1)
      if (paceOf(open[0] ?? spec) !== paceOf(spec) || isSpared(open[0] ?? spec) !== isSpared(spec)) close()
      if (size > packed) this.slabs.push(this.slab(program, [{ ...spec, offset: 0, size }]))
      else open.push({ ...spec, offset: open.reduce((a, m) => a + m.size, 0), size })
    }
    close()
  }

  private slab(program: Program, members: Slab['members']): Slab {
    const size = members.reduce((a, m) => a + m.size, 0)
    const at = (kind: string) => program.variable(`slab/${this.slabs.length}/${kind}`, 'float32', [size])
    return { members, size, pace: paceOf(members[0]), spared: isSpared(members[0]), value: at('value'), gradient: at('gradient'), m: at('m'), s: at('s') }
  }

  /** The flat values, one tensor per slab. */
  read(scope: Scope): Tensor1D[] {
    return this.slabs.map(s => scope.read<Tensor1D>(s.value))
  }

  /** Each trained tensor in its shape, cut from the flat values. */
  unpack(flat: Tensor1D[]): Map<string, Tensor> {
    const entries = this.slabs.flatMap(({ members }, i) => {
      const parts = members.length === 1 ? [flat[i]] : split(flat[i], members.map(m => m.size))
      return members.map((m, j): [string, Tensor] => [m.name, reshape(parts[j], m.shape)])
    })
    return new Map(entries)
  }

  /** Flat gradients from the tensors' own, one per slab. */
  pack(gradients: Map<string, Tensor>): Tensor1D[] {
    return this.slabs.map(({ members }) => {
      const parts = members.map(m => {
        const g = gradients.get(m.name)
        if (!g) throw new Error(`slabs: no gradient for ${m.name}`)
        return reshape(g, [m.size])
      })
      return (parts.length === 1 ? parts[0] : concat(parts, 0)) as Tensor1D
    })
  }

  accumulate(scope: Scope, gradients: Tensor1D[]): void {
    this.slabs.forEach((s, i) => scope.assignAdd(s.gradient, gradients[i]))
  }

  /**
   * The update from the accumulated sums: divided by the number of target tokens, clipped to the norm `max_norm` as torch's clip_grad_norm_ does,
   * decoupled weight decay (arXiv 1711.05101), Adam. Clears the sums.
   * @returns the norm before clipping
   */
  apply(scope: Scope, x: Record<'share' | 'max_norm' | 'decay' | 'lr' | 'beta1_power' | 'beta2_power' | 'beta1' | 'beta2' | 'epsilon', Tensor>, decays: boolean, clips: boolean): Scalar {
    const gradients = this.slabs.map(s => mul(scope.read<Tensor1D>(s.gradient), x.share) as Tensor1D)
    const norm = sqrt(addN(gradients.map(g => sum(square(g))))) as Scalar
    const factor = clips ? clipFactor(norm, x.max_norm) : null
    this.slabs.forEach((s, i) => {
      const g = factor === null ? gradients[i] : mul(gradients[i], factor)
      const own = s.pace === 1 ? x : { ...x, lr: mul(x.lr, s.pace), decay: sub(1, mul(sub(1, x.decay), s.pace)) }
      if (decays && !s.spared) scope.assign(s.value, mul(scope.read(s.value), own.decay))
      scope.adam(s.value, s.m, s.s, own, g)
      scope.assign(s.gradient, zerosLike(gradients[i]))
    })
    return norm
  }

  /** Only the values, for those who do not train. */
  defineValues(program: Program): void {
    this.define(program, ['value'])
  }

  /** Defines `read_*` and `write_*` for the values and the moments, and `clear` for everything but the values. */
  define(program: Program, kinds: readonly ('value' | 'm' | 's')[] = ['value', 'm', 's']): void {
    const shapes = Object.fromEntries(this.slabs.map((s, i) => [`slab${i}`, { dtype: 'float32' as const, shape: [s.size] }]))
    for (const kind of kinds) {
      program.define(`read_${kind}`, {}, scope => Object.fromEntries(this.slabs.map((s, i) => [`slab${i}`, scope.readSym(s[kind])])))
      program.define(`write_${kind}`, shapes, (scope, x) => {
        this.slabs.forEach((s, i) => scope.assign(s[kind], scope.copy(x[`slab${i}`])))
        return {}
      })
    }
    if (!kinds.includes('m')) return
    program.define('clear', {}, scope => {
      for (const s of this.slabs) {
        const zero = full(scope.b, [s.size], 0, 'float32')
        for (const v of [s.gradient, s.m, s.s]) scope.assign(v, zero)
      }
      return {}
    })
  }

  /** Values by slab key from tensors by name. */
  gather(tensors: NamedTensor[]): Record<string, Float32Array> {
    const byName = new Map(tensors.map(t => [t.name, t.data]))
    return Object.fromEntries(this.slabs.map(({ members, size }, i) => {
      const flat = new Float32Array(size)
      for (const m of members) {
        const data = byName.get(m.name)
        if (data?.length !== m.size) throw new Error(`slabs: ${m.name} has ${data?.length ?? 'no'} numbers, not ${m.size}`)
        flat.set(data, m.offset)
      }
      return [`slab${i}`, flat]
    }))
  }

  /** The way back from `gather`; no numbers are copied. */
  scatter(flat: Record<string, Float32Array>): NamedTensor[] {
    return this.slabs.flatMap(({ members }, i) => members.map(m => ({ name: m.name, shape: m.shape, data: flat[`slab${i}`].subarray(m.offset, m.offset + m.size) })))
  }
}

/** min(1, max_norm / (norm + 1e-6)) */
const clipFactor = (norm: Scalar, maxNorm: Tensor): Tensor => minimum(div(maxNorm, add(norm, 1e-6)), 1)
