'use client'
/** Keeps the conversation joined to the socket while the chat screen is there. */
import { useEffect } from 'react'
import { follow, keepChat, takeDelta } from '@/components/chat/conversation'
import { atEachConnect, useSocket } from '@/components/socket'

export function useChat(): void {
  const { socket } = useSocket()
  useEffect(keepChat, [])
  useEffect(() => {
    if (!socket) return
    socket.on('delta', takeDelta)
    const leave = atEachConnect(socket, () => follow(socket))
    return () => {
      socket.off('delta', takeDelta)
      leave()
    }
  }, [socket])
}
