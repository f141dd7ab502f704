/** AdamW (arXiv 1711.05101) and clipping by the global norm on plain arrays: torch's arithmetic, for the eager reference. */

export interface AdamSettings {
  beta1: number
  beta2: number
  epsilon: number
  weight_decay: number
}

export interface AdamState {
  m: Float32Array
  v: Float32Array
}

/** Updates `parameters` and `state` in place. @param update counted from 1 */
export function adamw(parameters: Float32Array, gradient: Float32Array, state: AdamState, lr: number, update: number, settings: AdamSettings): void {
  const { beta1, beta2, epsilon, weight_decay } = settings
  const stepSize = lr / (1 - beta1 ** update)
  const root = Math.sqrt(1 - beta2 ** update)
  for (let i = 0; i < parameters.length; i++) {
    state.m[i] = beta1 * state.m[i] + (1 - beta1) * gradient[i]
    state.v[i] = beta2 * state.v[i] + (1 - beta2) * gradient[i] * gradient[i]
    parameters[i] = parameters[i] * (1 - lr * weight_decay) - (stepSize * state.m[i]) / (Math.sqrt(state.v[i]) / root + epsilon)
  }
}

/** Euclidean norm over all gradients together. */
export function globalNorm(gradients: readonly Float32Array[]): number {
  let sum = 0
  for (const gradient of gradients) for (let i = 0; i < gradient.length; i++) sum += gradient[i] * gradient[i]
  return Math.sqrt(sum)
}

/** What gradients are multiplied by (torch's clip_grad_norm_). @param limit 0 = no clipping */
export const clipFactor = (norm: number, limit: number): number => (limit > 0 ? Math.min(1, limit / (norm + 1e-6)) : 1)

/** Whether weight decay is for a tensor: not for biases and norms (transformers' `get_decay_parameter_names`). */
export const decays = (name: string): boolean => !/bias|layernorm|rmsnorm|(^|\.)norm(\.|$)|_norm(\.|$)/.test(name)
