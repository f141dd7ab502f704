/** The list of runs as a browser holds it: what news does to it. */
import { describe, expect, test } from 'vitest'
import type { RunSummary } from '@/lib/run'
import { emptyHeldList, joinNews, type ListNews } from '@/lib/run-news'

const run = (id: string, started_at: number, step = 0): RunSummary => ({
  id, kind: 'train', predicts: false, model: 'm', finetuning_type: 'lora', stage: 'sft', name: id, datasets: [], status: 'running', phase: null, phase_share: null, queue_position: null, step, total_steps: 9,
  started_at, updated_at: null, last: null, best_loss: null, best_eval_loss: null, foreign: false, notes: '', tags: [], archived: false, started_by: null, checkpoints: [], weights: null, error: null, runtime: null,
})
const news = (from: number, revision: number, changed: RunSummary[], gone: string[] = [], life = 'a'): ListNews => ({ life, from, revision, changed, gone })
const whole = joinNews(emptyHeldList, news(0, 3, [run('old', 1), run('new', 3), run('mid', 2)]))

describe('news of runs', () => {
  test('that holds the whole list replaces what was held, the newest first', () => {
    expect(whole?.runs?.map(({ id }) => id)).toEqual(['new', 'mid', 'old'])
    expect(joinNews(whole!, news(0, 1, [run('other', 1)], [], 'b'))).toEqual({ position: { life: 'b', revision: 1 }, runs: [run('other', 1)] })
  })

  test('changes, adds and takes away, and leaves every other run the same object', () => {
    const next = joinNews(whole!, news(3, 6, [run('mid', 2, 7), run('newest', 4)], ['old']))
    expect(next?.runs?.map(({ id, step }) => [id, step])).toEqual([['newest', 0], ['new', 0], ['mid', 7]])
    expect(next?.runs?.[1]).toBe(whole?.runs?.[0])
    expect(next?.position).toEqual({ life: 'a', revision: 6 })
  })

  test('that was heard already changes nothing', () => expect(joinNews(whole!, news(1, 3, [run('mid', 2)]))).toEqual(whole))

  test('after a gap, or of another life of the server, cannot be joined', () => {
    expect(joinNews(whole!, news(5, 6, [run('mid', 2)]))).toBeNull()
    expect(joinNews(whole!, news(2, 3, [run('mid', 2)], [], 'b'))).toBeNull()
    expect(joinNews(emptyHeldList, news(1, 3, []))).toBeNull()
  })
})
