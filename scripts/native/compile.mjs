/** Calls of the C++ compiler for shared objects that Node loads: tfjs-node's addon and Tuneboard's own kernels. No node-gyp, no Node headers: both use Node-API only. */
import { join } from 'node:path'
import { root } from '../setup/paths.mjs'
import { runTool } from '../setup/run-tool.mjs'
import { lastLine } from '../setup/say.mjs'
import { Cause } from './cause.mjs'
import { compiler } from './machine.mjs'

export const nodeApiHeaders = join(root, 'node_modules', 'node-api-headers', 'include')

/** Runs the compiler. @throws Cause `code` with the compiler's first error */
export async function compile(args, code) {
  const found = compiler()
  if (!found) throw new Cause('no_compiler')
  const result = await runTool(found, args)
  if (result.code !== 0) throw new Cause(code, { problem: firstError(result.stderr) })
}

function firstError(output) {
  return output.split('\n').find((line) => /\berror\b/i.test(line))?.trim().replace(/\.$/, '') ?? lastLine(output)
}

/** Link arguments for both of TensorFlow's libraries, found at run time where they lie now. */
export function linkArguments(library) {
  const folder = join(library, 'tensorflow')
  return [join(folder, 'libtensorflow_cc.so.2'), join(folder, 'libtensorflow_framework.so.2'), `-Wl,-rpath,${folder}`]
}
