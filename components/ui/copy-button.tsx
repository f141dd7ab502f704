'use client'
/** Copies a text and says so, on the button and to screen readers. */
import Check from 'lucide-react/icons/check'
import Copy from 'lucide-react/icons/copy'
import { useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'

interface CopyButtonProps {
  text: string
  label: string
  done: string
  iconOnly?: boolean
}

const SAID_FOR_MS = 1600

export function CopyButton({ text, label, done, iconOnly }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SAID_FOR_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const Icon = copied ? Check : Copy
  return (
    <Button
      intent={iconOnly ? 'ghost' : 'secondary'}
      size={iconOnly ? 'icon-sm' : 'sm'}
      aria-label={iconOnly ? label : undefined}
      title={iconOnly ? label : undefined}
      onClick={() => copyText(text).then(() => setCopied(true))}
    >
      <Icon aria-hidden className="size-3.5" />
      {!iconOnly && (copied ? done : label)}
      <span role="status" className="sr-only">
        {copied ? done : ''}
      </span>
    </Button>
  )
}

/** The clipboard needs a secure context, which a plain-http address other than localhost is not; a selection works everywhere. */
async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}
