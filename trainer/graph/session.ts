/**
 * A program at work: written once as a SavedModel, loaded into one TensorFlow session through tfjs-node, called by signature. The first call of
 * a signature costs TensorFlow's pass over the graph; later ones run it. Calls block the thread.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '@tensorflow/tfjs-core'
import { loadNative } from './native'
import type { Program, Signature } from './program'
import { encodeSavedModel } from './proto'

export type Feed = Int32Array | Float32Array | number | Tensor

export class Session {
  private id: number | null
  private readonly tf: ReturnType<typeof loadNative>['tf']
  private readonly backend: ReturnType<typeof loadNative>['backend']

  /** Writes and loads the program. Its variables have no values until a signature assigns them. */
  constructor(private readonly signatures: Record<string, Signature>, savedModel: Uint8Array) {
    const { tf, backend } = loadNative()
    this.tf = tf
    this.backend = backend
    const dir = mkdtempSync(join(tmpdir(), 'tuneboard-'))
    try {
      writeFileSync(join(dir, 'saved_model.pb'), savedModel)
      this.id = backend.loadSavedModelMetaGraph(dir, 'serve')
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  }

  static open(program: Program): Session {
    const { nodes, signatures } = program.export()
    return new Session(program.signatures, encodeSavedModel(nodes, signatures))
  }

  /**
   * Calls a signature. Arrays and numbers become tensors of the input's shape.
   * @returns one array per output; its shape is the program's business
   * @throws plain Error with TensorFlow's message when the call fails
   */
  run(name: string, feeds: Record<string, Feed> = {}): Record<string, Float32Array | Int32Array | Uint8Array> {
    if (this.id === null) throw new Error('session: it is closed')
    const signature = this.signatures[name]
    if (!signature) throw new Error(`session: no signature is named ${name}`)
    const keys = Object.keys(signature.inputs)
    const made: Tensor[] = []
    const inputs = keys.map(key => {
      const { shape, dtype } = signature.inputs[key]
      const feed = feeds[key]
      if (feed === undefined) throw new Error(`session: ${name} needs ${key}`)
      if (typeof feed === 'object' && 'dataId' in feed) return feed
      const t = this.tf.tensor(typeof feed === 'number' ? [feed] : feed, shape, dtype)
      made.push(t)
      return t
    })
    const outputKeys = Object.keys(signature.outputs)
    const tensors = this.backend.runSavedModel(this.id, inputs, keys.map(key => ({ name: `${signature.inputs[key].node}:0` })), outputKeys.map(key => `${signature.outputs[key]}:0`))
    const values = Object.fromEntries(outputKeys.map((key, i) => [key, tensors[i].dataSync()]))
    this.tf.dispose([...made, ...tensors])
    return values
  }

  /** Frees the session and everything in it. */
  close(): void {
    if (this.id === null) return
    this.backend.deleteSavedModel(this.id)
    this.id = null
  }
}
