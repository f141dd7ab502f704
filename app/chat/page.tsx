/** Chat: talk to a base model, to what it was tuned to, or to both at once. */
import { ChatScreen } from '@/components/chat/chat-screen'

export const metadata = { title: 'Chat' }

export default function ChatPage() {
  return <ChatScreen />
}
