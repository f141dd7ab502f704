'use client'
/** Adapters with a box each, those of the model first; chosen ones that belong to no run of this home stand at the end. Several are numbered as they follow one another. */
import FolderOpen from 'lucide-react/icons/folder-open'
import { useId } from 'react'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import type { AdapterEntry } from '@/lib/api'

interface CheckpointListProps {
  label: string
  /** Null until they are known. */
  entries: readonly AdapterEntry[] | null
  base: string
  chosen: readonly string[]
  onAdd: (path: string) => void
  onDrop: (path: string) => void
  /** Said where there is none. */
  empty: string
  onBrowse?: () => void
}

interface Choice {
  path: string
  name: string
  detail: string
}

const isOf = ({ base }: AdapterEntry, model: string): boolean => model !== '' && (base === model || base.endsWith(`/${model}`))

function toChoice({ path, run, checkpoint, base }: AdapterEntry): Choice {
  return { path, name: [run.split('/').at(-1), checkpoint].filter(Boolean).join(' / '), detail: base.split('/').at(-1) ?? '' }
}

export function CheckpointList({ label, entries, base, chosen, empty, onAdd, onDrop, onBrowse }: CheckpointListProps) {
  const { t } = useLocale()
  if (entries === null) return <p className="p-3 text-xs text-ink-faint">{t.ui.loading}</p>
  const listed = [...entries.filter((entry) => isOf(entry, base)), ...entries.filter((entry) => !isOf(entry, base))].map(toChoice)
  const others = chosen.filter((path) => !listed.some((choice) => choice.path === path)).map((path): Choice => ({ path, name: path, detail: '' }))
  const choices = [...listed, ...others]
  return (
    <>
      <ul aria-label={label} className="min-h-0 flex-1 overflow-y-auto p-1">
        {choices.map((choice) => (
          <Row
            key={choice.path}
            choice={choice}
            place={chosen.length > 1 ? chosen.indexOf(choice.path) + 1 : 0}
            checked={chosen.includes(choice.path)}
            onChange={(on) => (on ? onAdd : onDrop)(choice.path)}
          />
        ))}
        {choices.length === 0 && <li className="p-2 text-xs text-ink-faint">{empty}</li>}
      </ul>
      {onBrowse && (
        <div className="border-t border-line p-2">
          <Button size="sm" onClick={onBrowse}>
            <FolderOpen aria-hidden className="size-3.5" />
            {t.ui.model.browse}
          </Button>
        </div>
      )}
    </>
  )
}

function Row({ choice: { name, detail }, place, checked, onChange }: { choice: Choice; place: number; checked: boolean; onChange: (on: boolean) => void }) {
  const id = useId()
  return (
    <li className="flex items-start gap-2 rounded-sm px-2 py-1.5 hover:bg-sunken">
      <span className="mt-0.5">
        <Checkbox id={id} checked={checked} onChange={onChange} />
      </span>
      <label htmlFor={id} className="flex min-w-0 flex-1 items-baseline gap-2">
        <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">{name}</span>
        {place > 0 && <span className="tabular shrink-0 text-2xs font-medium text-accent">{place}</span>}
        <span className="max-w-[40%] shrink-0 truncate text-2xs text-ink-faint">{detail}</span>
      </label>
    </li>
  )
}
