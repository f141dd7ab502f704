'use client'
/** What the server says of itself once per connection: version, runtime, folders. The list of runs comes by the socket. */
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react'
import { call } from '@/components/call'
import { useSocket } from '@/components/socket'
import type { BoardState } from '@/lib/api'

const Context = createContext<BoardState | null>(null)

export function BoardProvider({ children }: { children: ReactNode }) {
  const { connected } = useSocket()
  const [board, setBoard] = useState<BoardState | null>(null)
  useEffect(() => {
    const controller = new AbortController()
    call('state', {}, controller.signal).then(
      (reply) => reply.ok && setBoard(reply.value), // a fault here means that the connection is gone, which the frame says
      (error: unknown) => {
        if (!controller.signal.aborted) throw error
      },
    )
    return () => controller.abort()
  }, [connected])
  return <Context.Provider value={board}>{children}</Context.Provider>
}

export const useBoard = (): BoardState | null => useContext(Context)
