/** The kernel that the model's gradients need and TF.js's WASM backend lacks, in plain JavaScript. */
import { type KernelBackend, type TensorInfo, registerKernel, tensor } from '@tensorflow/tfjs-core'

registerKernel({
  kernelName: 'UnsortedSegmentSum',
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo }
    const numSegments = attrs?.numSegments as number
    const read = (info: TensorInfo) => (backend as KernelBackend).readSync(info.dataId)
    const [values, ids] = [read(x) as Float32Array, read(segmentIds) as Int32Array]
    const width = values.length / ids.length
    const sums = new Float32Array(numSegments * width)
    ids.forEach((id, row) => {
      if (id < 0) return
      for (let i = 0; i < width; i++) sums[id * width + i] += values[row * width + i]
    })
    return tensor(sums, [numSegments, ...x.shape.slice(1)], x.dtype)
  },
})
