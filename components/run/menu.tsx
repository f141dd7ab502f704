'use client'
/** What else can be done with a run, seldom enough to stand in a menu: the same again, evaluate, export, name, notes, archive, delete. */
import { DropdownMenu } from 'radix-ui'
import Ellipsis from 'lucide-react/icons/ellipsis'
import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { call } from '@/components/call'
import { useLocale } from '@/components/locale'
import { takeBase, takeWhole, withBeneath } from '@/components/model/adapter-entries'
import { tellArchived } from '@/components/run/archived-strip'
import { isActive } from '@/components/run/status'
import { buttonClass } from '@/components/ui/button'
import { menuItem, menuPanel } from '@/components/ui/menu'
import type { Fault } from '@/lib/errors'
import { fill } from '@/lib/messages/text'
import type { RunSummary } from '@/lib/run'

const NotesDialog = dynamic(() => import('@/components/run/notes-dialog').then((module) => module.NotesDialog), { ssr: false })
const NameDialog = dynamic(() => import('@/components/run/name-dialog').then((module) => module.NameDialog), { ssr: false })
const DeleteDialog = dynamic(() => import('@/components/run/delete-dialog').then((module) => module.DeleteDialog), { ssr: false })

type Question = 'name' | 'notes' | 'delete'

export function RunMenu({ run, onFault, size = 'md' }: { run: RunSummary; onFault: (fault: Fault | null) => void; size?: 'sm' | 'md' }) {
  const { t } = useLocale()
  const router = useRouter()
  const [question, setQuestion] = useState<Question | null>(null)
  const words = t.ui.runs
  const again = async () => {
    const { againFrom } = await import('@/components/run/again')
    const fault = await againFrom(run, t)
    onFault(fault)
    if (fault === null) router.push('/')
  }
  /** Sets another screen to what the run has left: a model in the bar, or adapters and their base. */
  const bring = async (href: string, wish: (adapters: string[]) => void) => {
    const reply = await call('run', { id: run.id })
    if (!reply.ok) return onFault(reply.fault)
    const { path, adapters } = reply.value
    const own = adapters.find((entry) => entry.path === path)
    if (own) (own.kind === 'model' ? takeWhole : takeBase)(own)
    wish(own?.kind === 'model' ? [] : withBeneath(adapters, path))
    router.push(href)
  }
  const evaluateWeights = async () => bring('/evaluate', (await import('@/components/evaluate/form')).wishEvaluation)
  const exportWeights = async () => bring('/export', (await import('@/components/export/wish')).wishExport)
  const archive = async () => {
    const reply = await call('run_note', { id: run.id, change: { archived: !run.archived } })
    onFault(reply.ok ? null : reply.fault)
    if (reply.ok && !run.archived) tellArchived(run)
  }
  const idle = !isActive(run.status) && run.status !== 'queued'
  const close = () => setQuestion(null)
  const label = fill(words.menu, { name: run.name })
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger aria-label={label} title={label} className={buttonClass('secondary', size, 'px-2')}>
          <Ellipsis aria-hidden className="size-4" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal container={typeof document === 'undefined' ? null : document.getElementById('main')}>
          <DropdownMenu.Content align="end" sideOffset={4} collisionPadding={8} aria-label={label} className={menuPanel}>
            <DropdownMenu.Item className={menuItem} onSelect={() => void again()}>{words.again}</DropdownMenu.Item>
            {run.weights !== null && idle && <DropdownMenu.Item className={menuItem} onSelect={() => void evaluateWeights()}>{t.ui.frame.tabs.evaluate}</DropdownMenu.Item>}
            {run.weights !== null && idle && <DropdownMenu.Item className={menuItem} onSelect={() => void exportWeights()}>{words.export}</DropdownMenu.Item>}
            <DropdownMenu.Item className={menuItem} onSelect={() => setQuestion('name')}>{words.rename}</DropdownMenu.Item>
            <DropdownMenu.Item className={menuItem} onSelect={() => setQuestion('notes')}>{words.note}</DropdownMenu.Item>
            <DropdownMenu.Item className={menuItem} onSelect={() => void archive()}>{run.archived ? words.unarchive : words.archive}</DropdownMenu.Item>
            {idle && <DropdownMenu.Separator className="my-1 h-px bg-line" />}
            {idle && <DropdownMenu.Item className={`${menuItem} text-danger`} onSelect={() => setQuestion('delete')}>{words.delete}</DropdownMenu.Item>}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {question === 'name' && <NameDialog run={run} onClose={close} />}
      {question === 'notes' && <NotesDialog run={run} onClose={close} />}
      {question === 'delete' && <DeleteDialog run={run} onClose={close} onFault={onFault} />}
    </>
  )
}
