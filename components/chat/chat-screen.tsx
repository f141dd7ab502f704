'use client'
/** The chat: what is loaded and how it speaks at the left, the conversation at the right. */
import SlidersHorizontal from 'lucide-react/icons/sliders-horizontal'
import { useState } from 'react'
import { ChatSettings } from '@/components/chat/chat-settings'
import { Composer } from '@/components/chat/composer'
import { Loader } from '@/components/chat/loader'
import { Thread } from '@/components/chat/thread'
import { useChat } from '@/components/chat/use-chat'
import { useLocale } from '@/components/locale'
import { cx } from '@/components/ui/cx'

export function ChatScreen() {
  useChat()
  const { t } = useLocale()
  const [open, setOpen] = useState(false)
  return (
    <div className="flex min-h-0 flex-1 flex-col lg:grid lg:h-[calc(100dvh-8rem)] lg:grid-cols-[20rem_minmax(0,1fr)] xl:h-auto xl:grid-cols-[23rem_minmax(0,1fr)]">
      <h1 className="sr-only">{t.ui.frame.tabs.chat}</h1>
      <section aria-label={t.ui.chat.settings} className="flex min-h-0 flex-col border-line bg-surface max-lg:border-b lg:border-r">
        <Loader />
        <button
          type="button"
          aria-expanded={open}
          aria-controls="chat-settings"
          className="flex h-10 items-center gap-2 border-t border-line px-4 text-xs text-ink-soft outline-offset-[-2px] lg:hidden"
          onClick={() => setOpen(!open)}
        >
          <SlidersHorizontal aria-hidden className="size-3.5" />
          {t.ui.chat.settings}
        </button>
        <div id="chat-settings" className={cx('min-h-0 flex-1 overflow-y-auto border-t border-line lg:block', !open && 'max-lg:hidden')}>
          <ChatSettings />
        </div>
      </section>
      <section aria-label={t.ui.chat.conversation} className="flex min-h-0 flex-1 flex-col">
        <Thread />
        <Composer />
      </section>
    </div>
  )
}
