/** Train: the settings at the left, the live run at the right; one column with a bar at the bottom on narrower screens. */
import { LaunchBar } from '@/components/config/launch-bar'
import { Settings } from '@/components/config/settings'
import { SettingsBar } from '@/components/config/settings-bar'
import { TrainTitle } from '@/components/config/train-title'
import { RunPane } from '@/components/run/run-pane'

export default function TrainPage() {
  return (
    <div className="flex min-h-0 flex-1 flex-col max-xl:pb-28 xl:grid xl:grid-cols-[minmax(26rem,31rem)_minmax(0,1fr)]">
      <div className="flex min-h-0 flex-col bg-surface xl:border-r xl:border-line">
        <TrainTitle />
        <SettingsBar />
        <div className="min-h-0 flex-1 xl:overflow-y-auto">
          <Settings />
        </div>
        <LaunchBar />
      </div>
      <div id="run" className="flex min-h-0 scroll-mt-14 flex-col max-xl:border-t max-xl:border-line">
        <RunPane />
      </div>
    </div>
  )
}
