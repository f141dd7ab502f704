/**
 * What a dataset holds, in numbers: its rows are counted once, by worker threads where they are many, as long as somebody asks how far it is. What is finished is kept on disk by
 * what it was made of. A dataset with one setting has one survey, which goes on where it was left, and is begun anew when a file or a setting changes.
 */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import type { ApiRequest } from '@/lib/api'
import type { Statistics } from '@/lib/dataset-view'
import { contentKey, keep, recall } from '@/trainer/cache'
import { inOrder, isOutOfMemory, WorkerPool } from '@/trainer/data/pool'
import { remember } from '@/trainer/inspect/remember'
import { templateKey } from '@/trainer/tokens/cached'
import { type CountTask, countRows, groundOrFault, type RowCounts, type StatisticsJob } from '@/trainer/view/counting'
import { datasetPaths, type OpenDataset, openDataset } from '@/trainer/view/open'
import { Sums } from '@/trainer/view/sums'
import { tokenSettings } from '@/trainer/view/tokens'

/** An answer waits so long for something new. */
const LOOK_MS = 250
/** Nobody has asked for so long: the page was left. */
const PATIENCE_MS = 3000
/** Files up to this size are counted here, before a worker would have started. */
const SMALL = 8 * 1024 * 1024
/** Rows that are counted at once here, and text of a worker's task. */
const CHUNK = 50
const TASK_BYTES = 128 * 1024
/** Workers, so that a machine of many processors is not full of them while a page is looked at. */
const WORKERS = 2
/** What a worker may hold, in MB: V8 takes three times what it needs where nobody bounds it. Enough but for the largest vocabularies and row groups. */
const HEAP_MB = 160
const VERSION = 1

type Key = ApiRequest<'view_statistics'>

const surveyOf = remember<Key, Survey>(begin, ({ settings, ...place }) => datasetPaths(place, settings), 2)

/** UserError: what stops a whole dataset. */
export async function viewStatistics({ dataset_dir, dataset, settings }: Key): Promise<Statistics> {
  return (await surveyOf({ dataset_dir, dataset, settings: settings && tokenSettings(settings) })).answer()
}

interface Survey {
  answer(): Promise<Statistics>
}

async function begin({ settings, ...place }: Key): Promise<Survey> {
  const open = await openDataset(place)
  const ground = await groundOrFault(settings)
  const [, ...files] = await datasetPaths(place, settings)
  const key = JSON.stringify([VERSION, open.source, await Promise.all(files.filter((file) => existsSync(file)).map(contentKey)), settings, 'code' in ground ? ground : templateKey(ground.template)])
  const known = recall<Statistics>('statistics', key)
  if (known) return { answer: async () => known }
  const rest = { total: open.count, tokens_problem: 'code' in ground ? ground : null }
  const job = { place, settings, shapes: open.shapes }
  const countHere = async ({ from, to, sketches }: CountTask) => {
    return countRows(await (await openDataset(place)).read(from, to), open, 'code' in ground ? null : ground, sketches)
  }
  return new GrowingSurvey(open, new Sums(open.count, 'code' in ground ? null : ground.args.cutoff_len), rest, job, countHere, (found) => keep('statistics', key, found))
}

/** Counts while it is asked. */
class GrowingSurvey implements Survey {
  private asked = 0
  private going: Promise<void> | null = null
  private failure: unknown = null
  private result: Statistics | null = null
  private heapMb: number | null = HEAP_MB
  /** Since this session of counting began. */
  private began = { at: 0, seen: 0 }

  constructor(
    private readonly open: OpenDataset, private sums: Sums | null, private readonly rest: Pick<Statistics, 'total' | 'tokens_problem'>, private readonly job: StatisticsJob,
    private readonly countHere: (task: CountTask) => Promise<RowCounts>, private readonly finished: (found: Statistics) => void,
  ) {}

  async answer(): Promise<Statistics> {
    if (this.failure !== null) throw this.failure
    if (this.result) return this.result
    this.asked = performance.now()
    this.going ??= this.count().catch((error: unknown) => void (this.failure = error)).finally(() => (this.going = null))
    await Promise.race([this.going, sleep(LOOK_MS)])
    if (this.failure !== null) throw this.failure
    return this.result ?? this.state()
  }

  private state(): Statistics {
    if (!this.sums) throw new Error('the sums of a finished survey are gone')
    const { seen } = this.sums
    const { total } = this.rest
    const rate = (seen - this.began.seen) / (performance.now() - this.began.at)
    return { ...this.sums.state(), ...this.rest, done: seen >= total, seconds_left: rate > 0 && seen < total ? Math.ceil((total - seen) / rate / 1000) : null }
  }

  private async count(): Promise<void> {
    const { sums, open } = this
    if (!sums) return
    const large = open.bytes > SMALL
    const pool = large ? new WorkerPool<CountTask, RowCounts>({ job: 'statistics', ...this.job }, Math.min(availableParallelism(), WORKERS), this.heapMb) : null
    try {
      this.began = { at: performance.now(), seen: sums.seen }
      for await (const piece of inOrder(pool ?? { run: this.countHere, size: 1 }, this.tasks(sums, large))) {
        sums.add(piece)
        await setImmediate() // other questions come first
        if (performance.now() - this.asked > PATIENCE_MS) return
      }
      this.result = this.state()
      this.sums = null // its tables are large
      this.finished(this.result)
    } catch (error) {
      if (!isOutOfMemory(error) || this.heapMb === null) throw error
      this.heapMb = null
      await pool?.close()
      await this.count()
    } finally {
      await pool?.close()
    }
  }

  private *tasks(sums: Sums, large: boolean): Generator<CountTask> {
    const { count, bytes } = this.open
    const rows = large ? Math.max(Math.floor((TASK_BYTES * count) / bytes), 1) : CHUNK
    for (let from = sums.seen + 1; from <= count; from += rows) yield sums.task(from, Math.min(from + rows - 1, count))
  }
}
