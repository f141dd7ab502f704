/** A small file that must be there, as text or JSON: its value, or the caller's fault with what is wrong with it. What the value must look like is the caller's too. */
import { readFileSync } from 'node:fs'
import { jsonProblem, systemProblem } from '@/lib/causes'
import type { FaultValue, UserError } from '@/lib/errors'

export function readJson(file: string, fault: (reason: FaultValue) => UserError): unknown {
  const text = readText(file, fault)
  try {
    return JSON.parse(text)
  } catch {
    throw fault(jsonProblem(text))
  }
}

export function readText(file: string, fault: (reason: FaultValue) => UserError): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw fault(systemProblem(error))
  }
}
