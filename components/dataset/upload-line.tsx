'use client'
/** One file under way: how far it is, what went wrong, and pause, resume and cancel. */
import Pause from 'lucide-react/icons/pause'
import Play from 'lucide-react/icons/play'
import X from 'lucide-react/icons/x'
import { cancel, pause, resume, type Upload } from '@/components/dataset/uploads'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { ProgressBar } from '@/components/ui/progress-bar'
import { bytes } from '@/lib/format'
import { fill } from '@/lib/messages/text'

const tones = { waiting: 'muted', going: 'accent', paused: 'muted', checking: 'accent', failed: 'danger' } as const

export function UploadLine({ upload }: { upload: Upload }) {
  const { t, say, locale } = useLocale()
  const words = t.ui.datasets.uploads
  const { key, name, size, sent, state, fault } = upload
  const share = size === 0 ? 0 : sent / size
  return (
    <li className="flex items-center gap-4 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="font-medium [overflow-wrap:anywhere]">{name}</p>
        <p className="tabular mt-0.5 text-xs text-ink-faint">
          <span role="status">{words.states[state]}</span>
          {state !== 'failed' && ` · ${fill(words.sent, { sent: bytes(sent, locale), size: bytes(size, locale), percent: Math.floor(share * 100) })}`}
        </p>
        {state !== 'failed' && <ProgressBar className="mt-1.5" tone={tones[state]} label={fill(words.progress, { name })} value={state === 'checking' ? null : share} />}
        {fault && <p role="alert" className="mt-1 text-xs text-danger [overflow-wrap:anywhere]">{say(fault)}</p>}
      </div>
      {(state === 'going' || state === 'waiting') && (
        <Button size="icon" aria-label={fill(words.pause, { name })} title={fill(words.pause, { name })} onClick={() => pause(key)}>
          <Pause aria-hidden className="size-4" />
        </Button>
      )}
      {state === 'paused' && (
        <Button size="icon" aria-label={fill(words.resume, { name })} title={fill(words.resume, { name })} onClick={() => resume(key)}>
          <Play aria-hidden className="size-4" />
        </Button>
      )}
      {state !== 'checking' && (
        <Button size="icon" intent="ghost" aria-label={fill(state === 'failed' ? words.dismiss : words.cancel, { name })} title={fill(state === 'failed' ? words.dismiss : words.cancel, { name })} onClick={() => cancel(key)}>
          <X aria-hidden className="size-4" />
        </Button>
      )}
    </li>
  )
}
