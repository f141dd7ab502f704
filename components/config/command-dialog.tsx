'use client'
/** What the page would run, as commands and as a file, for people to copy. Loaded when it is asked for. */
import { Tabs } from 'radix-ui'
import { useMemo } from 'react'
import { FaultList } from '@/components/config/fault-list'
import { draft, toArgs } from '@/components/config/draft'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { CopyButton } from '@/components/ui/copy-button'
import { Dialog } from '@/components/ui/dialog'
import { trainCommand } from '@/lib/config/command'
import { parseArgs } from '@/lib/config/schema'
import { writeYaml } from '@/lib/config/yaml'

export function CommandDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLocale()
  const now = useStore(draft, (value) => value)
  const parsed = useMemo(() => parseArgs(toArgs(now)), [now])
  const texts = parsed.ok
    ? { tuneboard: trainCommand(parsed.args, 'tuneboard'), 'llamafactory-cli': trainCommand(parsed.args, 'llamafactory-cli'), YAML: writeYaml(parsed.args) }
    : null
  return (
    <Dialog open onOpenChange={onClose} title={t.ui.train.preview_command} description={t.ui.train.preview_help} closeLabel={t.ui.close} wide>
      {!parsed.ok && <FaultList faults={parsed.faults} />}
      {texts && (
        <Tabs.Root defaultValue="tuneboard" className="flex min-h-0 flex-col">
          <Tabs.List aria-label={t.ui.train.preview_command} className="flex shrink-0 gap-1 border-b border-line px-3 py-1.5">
            {Object.keys(texts).map((name) => (
              <Tabs.Trigger key={name} value={name} className="rounded-md px-2.5 py-1 text-xs text-ink-soft data-[state=active]:bg-accent-soft data-[state=active]:text-ink">
                {name}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          {Object.entries(texts).map(([name, text]) => (
            <Tabs.Content key={name} value={name} className="relative min-h-0 overflow-auto p-4 outline-offset-[-2px]">
              <pre className="font-mono text-xs leading-5 whitespace-pre text-ink">{text}</pre>
              <div className="absolute top-3 right-3">
                <CopyButton text={text} label={t.ui.copy} done={t.ui.copied} />
              </div>
            </Tabs.Content>
          ))}
        </Tabs.Root>
      )}
    </Dialog>
  )
}
