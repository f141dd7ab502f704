/** Chat: talk to a base model, to what it was tuned to, or to both at once. */
import type { Metadata } from 'next'
import { preferences } from '@/app/preferences'
import { ChatScreen } from '@/components/chat/chat-screen'

export async function generateMetadata(): Promise<Metadata> {
  const { texts } = await preferences()
  return { title: texts.ui.frame.tabs.chat }
}

export default function ChatPage() {
  return <ChatScreen />
}
