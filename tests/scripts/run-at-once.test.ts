/** The page's scripts, whose modules are marked to be compiled at once: each does what it did, in its place. */
import vm from 'node:vm'
import { expect, it } from 'vitest'
import { marked } from '@/scripts/setup/run-at-once.mjs'

const chunk = `(globalThis.TURBOPACK||(globalThis.TURBOPACK=[])).push(["object"==typeof document?document.currentScript:void 0,5550,(e,t,r)=>{"use strict";t.exports=")("},12,7,e=>{"use strict";e.s(["a",0,()=>e.i(5550)])},31,(e,t)=>{"use strict";t.exports=")("},9,function(e){return [e]}]);\n//# sourceMappingURL=a.js.map`

function modulesOf(script: string): unknown[] {
  const sandbox: { TURBOPACK?: unknown[][] } = {}
  vm.runInNewContext(script, sandbox)
  return (sandbox.TURBOPACK ?? []).flat().map((part) => (typeof part === 'function' ? String(part) : part))
}

it('puts every module into parentheses and changes nothing else', () => {
  const script = marked(chunk)
  expect(modulesOf(script)).toEqual(modulesOf(chunk))
  expect(modulesOf(script)).toHaveLength(10)
  expect(script.length).toBe(chunk.length + 2 * 4)
  for (const start of ['5550,((e,t,r)=>{', '12,7,(e=>{', '31,((e,t)=>{', '9,(function(e){']) expect(script).toContain(start)
  expect(script.endsWith('//# sourceMappingURL=a.js.map')).toBe(true)
})

it('leaves a script of another kind as it is', () => {
  const runtime = '(()=>{let e;globalThis.TURBOPACK=[]})();'
  expect(marked(runtime)).toBe(runtime)
})
