/**
 * Requests to stop: the first signal asks the loop to end after its update, with a checkpoint; a second one of the terminal leaves at once.
 */
import { constants } from 'node:os'

const graceful = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
type Signal = (typeof graceful)[number]

export interface StopRequest {
  /** The signal that asked, once there is one. */
  readonly signal: Signal | null
  /** Called once, when the first signal arrives. */
  onRequest: (signal: Signal) => void
}

/** Exit code of a process that a signal ended, as shells count it. */
export const exitCodeOf = (signal: Signal): number => 128 + constants.signals[signal]

export function listenForStop(): StopRequest {
  const request = { signal: null as Signal | null, onRequest: (_: Signal): void => undefined }
  for (const name of graceful) {
    process.on(name, () => {
      if (request.signal !== null) {
        if (name === 'SIGINT') process.exit(exitCodeOf(name))
        return
      }
      request.signal = name
      request.onRequest(name)
    })
  }
  // A terminal that was closed must not end the training that wrote to it.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  return request
}
