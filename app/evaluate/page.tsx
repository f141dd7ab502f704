/** Evaluate & Predict: the settings at the left, scores and answers at the right; one column on narrower screens. */
import type { Metadata } from 'next'
import { preferences } from '@/app/preferences'
import { EvaluateSettings } from '@/components/evaluate/settings'
import { EvaluationPane } from '@/components/evaluate/pane'

export async function generateMetadata(): Promise<Metadata> {
  const { texts } = await preferences()
  return { title: texts.ui.frame.tabs.evaluate }
}

export default function EvaluatePage() {
  return (
    <div className="flex min-h-0 flex-1 flex-col xl:grid xl:grid-cols-[minmax(22rem,26rem)_minmax(0,1fr)]">
      <EvaluateSettings />
      <div id="evaluation" className="flex min-h-0 min-w-0 flex-col max-xl:border-t max-xl:border-line">
        <EvaluationPane />
      </div>
    </div>
  )
}
