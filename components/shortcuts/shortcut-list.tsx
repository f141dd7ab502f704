'use client'
/** The shortcuts and what they do, and the switch for those of a single key. */
import { screens, type Screen } from '@/lib/screens'
import { useLocale } from '@/components/locale'
import { isShortcut, LEADER, screenKeys, shortcuts } from '@/components/shortcuts/table'
import { Checkbox } from '@/components/ui/checkbox'
import { Dialog } from '@/components/ui/dialog'
import { fill } from '@/lib/messages/text'

interface ShortcutListProps {
  single: boolean
  onSingle: (single: boolean) => void
  onClose: () => void
}

export function ShortcutList({ single, onSingle, onClose }: ShortcutListProps) {
  const { t } = useLocale()
  const words = t.ui.shortcuts
  const rows: [string, readonly string[]][] = [
    ...Object.keys(shortcuts).filter(isShortcut).map((name): [string, readonly string[]] => [words.keys[name], shortcuts[name]]),
    ...(Object.keys(screens) as Screen[]).map((name): [string, readonly string[]] => [fill(words.keys.page, { page: t.ui.frame.tabs[name] }), [LEADER, screenKeys[name]]]),
  ]
  return (
    <Dialog open onOpenChange={onClose} title={words.title} description={words.help} closeLabel={t.ui.close}>
      <dl className="min-h-0 divide-y divide-line overflow-y-auto px-4">
        {rows.map(([name, keys]) => (
          <div key={name} className="flex min-h-9 items-center justify-between gap-4">
            <dt className="text-ink-soft">{name}</dt>
            <dd className="flex shrink-0 items-center gap-1.5 text-2xs text-ink-faint">
              {keys.map((press, index) => (
                <span key={press} className="flex items-center gap-1">
                  {index > 0 && <span className="mr-0.5">{words.then}</span>}
                  {press.split('+').map((part) => <kbd key={part} className="min-w-6 rounded-sm border border-line-strong bg-sunken px-1.5 py-0.5 text-center font-mono text-xs text-ink">{part}</kbd>)}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <label htmlFor="single-keys" className="flex min-h-11 items-center gap-2 border-t border-line px-4">
        <Checkbox id="single-keys" checked={single} onChange={onSingle} />
        {words.single}
      </label>
    </Dialog>
  )
}
