'use client'
/** What the server says of itself at first and after every reconnection: version, runtime, folders. The list of runs comes by the socket. */
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react'
import { call } from '@/components/call'
import { useSocket } from '@/components/socket'
import type { BoardState } from '@/lib/api'

const Context = createContext<BoardState | null>(null)

export function BoardProvider({ children }: { children: ReactNode }) {
  const { socket } = useSocket()
  const [board, setBoard] = useState<BoardState | null>(null)
  useEffect(() => {
    if (!socket) return
    // a fault here means that the connection is gone, which the frame says
    const ask = () => void call('state', {}).then((reply) => reply.ok && setBoard(reply.value))
    ask()
    socket.io.on('reconnect', ask)
    return () => void socket.io.off('reconnect', ask)
  }, [socket])
  return <Context.Provider value={board}>{children}</Context.Provider>
}

export const useBoard = (): BoardState | null => useContext(Context)
