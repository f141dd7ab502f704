/** What a fetch from a hub takes from the configuration, and the lines by which it tells how far it is. */
import type { TrainingArgs } from '@/lib/config/fields'
import { bytes as size } from '@/lib/format'
import type { FetchProgress } from '@/lib/hub/download'
import type { HubName } from '@/lib/hub/hub'

const tokenKeys = { huggingface: 'hf_hub_token', modelscope: 'ms_hub_token' } as const satisfies Record<HubName, keyof TrainingArgs>

export type TokenArgs = Pick<TrainingArgs, (typeof tokenKeys)[HubName]>

/** Undefined: the environment's. */
export const namedToken = (args: TokenArgs, hub: HubName): string | undefined => args[tokenKeys[hub]] ?? undefined

/** Time between two lines about one file. */
const linesEvery = 5000

export function fetchLines(say: (line: string) => void): (now: FetchProgress) => void {
  let told: { file: string | null; at: number } = { file: null, at: 0 }
  return ({ file, files, files_done, bytes, total }) => {
    if (file === null || (file === told.file && Date.now() - told.at < linesEvery)) return
    told = { file, at: Date.now() }
    say(`  ${file} (${files_done + 1} of ${files}): ${size(bytes, 'en')} of ${size(total, 'en')}`)
  }
}
