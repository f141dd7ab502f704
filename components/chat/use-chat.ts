'use client'
/** Keeps the conversation joined to the socket while the chat screen is there. */
import { useEffect } from 'react'
import { follow, keepChat, takeDelta } from '@/components/chat/conversation'
import { useSocket } from '@/components/socket'

export function useChat(): void {
  const { socket } = useSocket()
  useEffect(keepChat, [])
  useEffect(() => {
    if (!socket) return
    const onConnect = () => follow(socket)
    socket.on('delta', takeDelta)
    socket.on('connect', onConnect)
    if (socket.connected) onConnect()
    return () => {
      socket.off('delta', takeDelta)
      socket.off('connect', onConnect)
    }
  }, [socket])
}
