/** A cause of the runtime's choice, thrown by the step that fails: code and values of lib/messages' `runtime.why`, with what we ourselves say as a code of `problems`. */
export class Cause extends Error {
  constructor(code, values = {}) {
    super(`${code} ${JSON.stringify(values)}`)
    this.name = 'Cause'
    this.cause = { code, values }
  }
}

/** The disk's own faults (full, read-only, no permission) while `code` was being done, as a cause; other errors are ours and pass. */
export function asCause(error, code) {
  if (error instanceof Cause) return error.cause
  if (typeof error.code === 'string' && error.syscall) return { code, values: { problem: error.message } }
  throw error
}
