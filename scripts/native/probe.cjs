/**
 * Loads tfjs-node (and the kernels' shared object, when its path is given) in a process of its own and multiplies two matrices. Prints one line of
 * JSON: { tensorflow, gpu }, where gpu tells whether TensorFlow took a GPU.
 */
const util = require('node:util')

// tfjs-node 4.22 calls these; Node 23 removed them.
Object.assign(util, { isNullOrUndefined: (x) => x === null || x === undefined, isArray: Array.isArray })
const tf = require('@tensorflow/tfjs-node-gpu')

const product = tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).dataSync()
if (product.some((x) => x !== 3)) throw new Error(`wrong product: ${product}`)
const [ops] = process.argv.slice(2)
if (ops) require(ops)
const backend = tf.backend()
console.log(JSON.stringify({ tensorflow: backend.binding.TF_Version, gpu: backend.isUsingGpuDevice === true }))
