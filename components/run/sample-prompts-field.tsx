'use client'
/** What a new run is asked at each save. It is no setting of LLaMA-Factory's: it goes into a file of the run's folder, not into its configuration. */
import { useEffect, useState } from 'react'
import { FieldLabel, labelId } from '@/components/config/config-field'
import { useLocale } from '@/components/locale'
import { currentSamplePrompts, promptsIn, setSamplePrompts } from '@/components/run/sample-prompts'
import { Hint } from '@/components/ui/hint'

const id = 'field-sample_prompts'

export function SamplePromptsField() {
  const { t } = useLocale()
  const words = t.ui.run_page.samples
  const [text, setText] = useState('')
  useEffect(() => setText(currentSamplePrompts().join('\n')), [])
  return (
    <div className="col-span-full min-w-0">
      <div className="flex h-6 items-center gap-0.5">
        <FieldLabel id={id}>{words.prompts}</FieldLabel>
        <Hint label={t.ui.field.help} describedBy={labelId(id)}>
          <p className="text-ink">{words.help}</p>
          <p className="mt-1.5 text-ink-faint">{words.prompts_help}</p>
        </Hint>
      </div>
      <textarea
        id={id}
        rows={2}
        className="control h-auto resize-y py-1.5"
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setSamplePrompts(promptsIn(event.target.value))
        }}
      />
    </div>
  )
}
