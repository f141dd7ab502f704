/** Errors on their way to a browser. */
import { internalFault } from '@/lib/causes'
import { UserError, type Fault } from '@/lib/errors'
import { report } from '@/server/report'

/** What went wrong, for the one who asked: a user's fault as it is; anything else is told here in full, and there in short. */
export function faultOf(error: unknown): Fault {
  if (error instanceof UserError) return error.fault
  report(error)
  return internalFault(error)
}
