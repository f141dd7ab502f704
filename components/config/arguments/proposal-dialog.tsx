'use client'
/** What a file, a preset or saved arguments would change, before they do: each setting with its value now and then, and all that cannot be taken over. */
import { changesBetween, type Change } from '@/components/config/arguments/changes'
import type { Offer } from '@/components/config/arguments/proposals'
import { draft } from '@/components/config/draft'
import { FaultList } from '@/components/config/fault-list'
import { replaceDraft } from '@/components/config/notice'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { fieldText } from '@/lib/messages/labels'
import { fill } from '@/lib/messages/text'

export function ProposalDialog({ offer, onClose }: { offer: Offer; onClose: () => void }) {
  const { t } = useLocale()
  const words = t.ui.form
  const name = offer.ok ? offer.proposal.name : offer.name
  if (!offer.ok) {
    return (
      <Dialog open onOpenChange={onClose} title={name} description={words.unreadable} closeLabel={t.ui.close}>
        <FaultList faults={offer.faults} />
      </Dialog>
    )
  }
  const { next, faults, left_out } = offer.proposal
  const changes = changesBetween(draft.get().args, next.args)
  const take = () => {
    replaceDraft(() => next, fill(words.taken, { name, count: changes.length }))
    onClose()
  }
  return (
    <Dialog open onOpenChange={onClose} title={name} description={fill(words.would_change, { count: changes.length })} closeLabel={t.ui.close} wide>
      <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="region" aria-label={name}>
        {faults.length > 0 && <FaultList faults={faults} />}
        {left_out.length > 0 && <p className="px-4 pt-3 text-xs text-ink-soft">{fill(words.page_decides, { keys: left_out.join(', ') })}</p>}
        <ChangeTable changes={changes} />
      </div>
      <footer className="flex justify-end gap-2 border-t border-line px-4 py-3">
        <Button onClick={onClose}>{t.ui.cancel}</Button>
        <Button intent="primary" onClick={take}>
          {words.take}
        </Button>
      </footer>
    </Dialog>
  )
}

function ChangeTable({ changes }: { changes: readonly Change[] }) {
  const { t } = useLocale()
  const words = t.ui.form
  if (changes.length === 0) return <p className="p-4 text-xs text-ink-faint">{words.no_change}</p>
  return (
    <table className="tabular w-full text-xs">
      <thead className="text-left text-2xs text-ink-faint">
        <tr>
          <th className="px-4 py-2 font-normal">{words.setting}</th>
          <th className="py-2 pr-3 font-normal">{words.now}</th>
          <th className="py-2 pr-4 font-normal">{words.then}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ key, from, to }) => (
          <tr key={key} className="border-t border-line align-top">
            <td className="px-4 py-1.5">
              {fieldText(t, key).label}
              <code className="block font-mono text-2xs text-ink-faint">{key}</code>
            </td>
            <td className="max-w-48 py-1.5 pr-3 text-ink-faint [overflow-wrap:anywhere]">{from || '—'}</td>
            <td className="max-w-48 py-1.5 pr-4 font-medium [overflow-wrap:anywhere]">{to || '—'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
