'use client'
/** A configuration as commands and as a file, each to copy. */
import { Tabs } from 'radix-ui'
import { useBoard } from '@/components/board'
import { useLocale } from '@/components/locale'
import { CopyButton } from '@/components/ui/copy-button'
import { trainCommand } from '@/lib/config/command'
import type { TrainingArgs } from '@/lib/config/fields'
import { forLlamaFactory, mustNameCpu } from '@/lib/config/llama-factory'
import { writeYaml } from '@/lib/config/yaml'

export function CommandTexts({ args, label }: { args: TrainingArgs; label: string }) {
  const { t } = useLocale()
  const runtime = useBoard()?.runtime ?? null
  const theirs = forLlamaFactory(args, runtime)
  const texts = { tuneboard: trainCommand(args, 'tuneboard'), 'llamafactory-cli': trainCommand(theirs, 'llamafactory-cli'), YAML: writeYaml(theirs) }
  return (
    <Tabs.Root defaultValue="tuneboard" className="flex min-h-0 flex-col">
      <Tabs.List aria-label={label} className="flex shrink-0 gap-1 border-b border-line px-3 py-1.5">
        {Object.keys(texts).map((name) => (
          <Tabs.Trigger key={name} value={name} className="rounded-md px-2.5 py-1 text-xs text-ink-soft data-[state=active]:bg-accent-soft data-[state=active]:text-ink">
            {name}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {Object.entries(texts).map(([name, text]) => (
        <Tabs.Content key={name} value={name} className="relative min-h-0 overflow-auto p-4 outline-offset-[-2px]">
          {name !== 'tuneboard' && mustNameCpu(args, runtime) && <p className="mb-3 pr-20 text-xs text-ink-soft">{t.ui.train.preview_cpu}</p>}
          <pre className="font-mono text-xs leading-5 whitespace-pre text-ink">{text}</pre>
          <div className="absolute top-3 right-3">
            <CopyButton text={text} label={t.ui.copy} done={t.ui.copied} />
          </div>
        </Tabs.Content>
      ))}
    </Tabs.Root>
  )
}
