'use client'
/** The one socket of the page: whether it is connected, the chat's status, downloads and exports. Leaves out the runs (`run/runs`) and their records (`run/feed`). */
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { io, type Socket } from 'socket.io-client'
import type { ChatStatus, ClientEvents, ServerEvents } from '@/lib/events'
import type { ExportJob } from '@/lib/export'
import type { Download } from '@/lib/hub/download'

export type BoardSocket = Socket<ServerEvents, ClientEvents>

interface SocketValue {
  /** null until the page is alive in the browser. */
  socket: BoardSocket | null
  connected: boolean
  /** False until the first attempt has succeeded or failed: nothing is said of a connection that is only being made. */
  tried: boolean
  chat: ChatStatus
  /** What is or was fetched from hubs. */
  downloads: Download[]
  /** null until the server has sent the list; the newest first. */
  exports: ExportJob[] | null
}

/** A connection that breaks while it is being made is given up only after `timeout`: far less than socket.io's 20 s, and enough for a slow line. */
const options = { transports: ['websocket', 'polling'], reconnectionDelay: 300, reconnectionDelayMax: 2000, timeout: 8000 }

const Context = createContext<SocketValue>({ socket: null, connected: false, tried: false, chat: { status: 'unloaded' }, downloads: [], exports: null })

export function SocketProvider({ children }: { children: ReactNode }) {
  const [socket, setSocket] = useState<BoardSocket | null>(null)
  const [connected, setConnected] = useState(false)
  const [tried, setTried] = useState(false)
  const [chat, setChat] = useState<ChatStatus>({ status: 'unloaded' })
  const [downloads, setDownloads] = useState<Download[]>([])
  const [exports, setExports] = useState<ExportJob[] | null>(null)
  useEffect(() => {
    const made: BoardSocket = io(options)
    made.on('connect', () => {
      setConnected(true)
      setTried(true)
    })
    made.on('disconnect', () => setConnected(false))
    made.on('connect_error', () => setTried(true))
    made.on('chat', setChat)
    made.on('downloads', setDownloads)
    made.on('exports', setExports)
    setSocket(made)
    return () => void made.disconnect()
  }, [])
  const value = useMemo(() => ({ socket, connected, tried, chat, downloads, exports }), [socket, connected, tried, chat, downloads, exports])
  return <Context.Provider value={value}>{children}</Context.Provider>
}

/** Asks now, and again after each loss of the connection, until the answer is called. */
export function atEachConnect(socket: BoardSocket, ask: () => void): () => void {
  socket.on('connect', ask)
  if (socket.connected) ask()
  return () => void socket.off('connect', ask)
}

export const useSocket = (): SocketValue => useContext(Context)
