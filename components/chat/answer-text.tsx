'use client'
/** An answer's Markdown as page elements, with its own HTML only where a person asks for it; plain text until the renderer is loaded. */
import dynamic from 'next/dynamic'
import { createContext, useContext } from 'react'
import { chatState } from '@/components/chat/conversation'
import { useStore } from '@/components/store'

const Plain = createContext('')

function PlainText() {
  return <p className="whitespace-pre-wrap">{useContext(Plain)}</p>
}

const Markdown = dynamic(() => import('@/components/chat/markdown').then((module) => module.Markdown), { ssr: false, loading: PlainText })

export function AnswerText({ text }: { text: string }) {
  const html = useStore(chatState, ({ settings }) => settings.escape_html === false)
  return (
    <Plain.Provider value={text}>
      <Markdown text={text} html={html} />
    </Plain.Provider>
  )
}
