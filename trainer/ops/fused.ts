/**
 * Whether an op may be one node with a kernel of ours behind it, instead of its composition. Only a recorded graph has them; eager backends and
 * machines without the compiled kernels use the compositions, which mean the same.
 */
import { type Tensor, engine, getBackend } from '@tensorflow/tfjs-core'

let available = false
let tiles = false

/** Set once, by whoever loaded the kernels' shared object into this process. */
export function setFusedKernels(loaded: boolean): void {
  available = loaded
}

/** Set with it: whether this processor has the unit that native/tiles.h computes on. */
export function setTileUnit(usable: boolean): void {
  tiles = usable
}

/** Whether they are loaded at all. */
export const hasOwnKernels = (): boolean => available

export const hasFusedKernels = (): boolean => available && getBackend() === 'graph'

/** Rows and columns of a tile; a product with fewer would mostly be filled with zeros. */
const TILE = 16

/** Whether a product of matrices with these sides may run on the tile unit. */
export const hasTileProducts = (...sides: number[]): boolean => tiles && hasFusedKernels() && sides.every(side => side >= TILE)

/** Runs one of rules/fused.ts. */
export function fused<T extends Tensor | Tensor[]>(kernel: string, inputs: Record<string, Tensor>, attrs: object): T {
  return engine().runKernel(kernel, inputs, attrs as never) as T
}
