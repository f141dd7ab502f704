'use client'
/** An answer's Markdown as page elements, without any HTML of its own; plain text until the renderer is loaded. */
import dynamic from 'next/dynamic'
import { createContext, useContext } from 'react'

const Plain = createContext('')

function PlainText() {
  return <p className="whitespace-pre-wrap">{useContext(Plain)}</p>
}

const Markdown = dynamic(() => import('@/components/chat/markdown').then((module) => module.Markdown), { ssr: false, loading: PlainText })

export function AnswerText({ text }: { text: string }) {
  return (
    <Plain.Provider value={text}>
      <Markdown text={text} />
    </Plain.Provider>
  )
}
