/**
 * Registers TF.js's gradients. On Node, tfjs-core comes without them; the union package has them, and shares its registry with tfjs-core.
 * The native backend loads the same package itself.
 */
import '@tensorflow/tfjs'
