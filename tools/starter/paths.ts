/** Where the starter's files lie; the tools are run from the checkout's root. */
import path from 'node:path'

export const dataFolder = path.resolve('data')
export const starterFolder = path.join(dataFolder, 'models', 'starter')
