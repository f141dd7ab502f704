'use client'
/** Adding a dataset of a hub: found by name or words, looked at, its rows downloaded. What its columns mean comes after, as for any other dataset. */
import { useState } from 'react'
import { HubFind } from '@/components/dataset/hub-find'
import { HubLook } from '@/components/dataset/hub-look'
import { useLocale } from '@/components/locale'
import { Dialog } from '@/components/ui/dialog'
import type { Mapping } from '@/lib/datasets/mapping'
import type { HubName } from '@/lib/hub/hub'
import { knownById } from '@/lib/hub/known'
import type { DatasetRef } from '@/lib/hub/ref'
import type { HubChoice } from '@/components/dataset/hub-choice'

interface HubDialogProps {
  onClose: () => void
  /** The rows are here. */
  onFetched: (ref: DatasetRef, known: Mapping | undefined) => void
}

export function HubDialog({ onClose, onFetched }: HubDialogProps) {
  const { t } = useLocale()
  const [hub, setHub] = useState<HubName>('huggingface')
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<HubChoice | null>(null)
  const choose = (choice: HubChoice) => {
    setHub(choice.hub)
    setChosen(choice)
  }
  return (
    <Dialog open onOpenChange={onClose} title={t.ui.hub.title} description={t.ui.hub.help} closeLabel={t.ui.close} wide>
      {chosen === null ? (
        <HubFind hub={hub} text={text} onHub={setHub} onText={setText} onChoose={choose} />
      ) : (
        <HubLook
          key={chosen.id}
          choice={chosen}
          onBack={() => setChosen(null)}
          onOpen={(id) => setChosen({ hub: chosen.hub, id, known: knownById(chosen.hub, id) })}
          onFetched={(ref) => onFetched(ref, chosen.known?.mapping)}
        />
      )}
    </Dialog>
  )
}
