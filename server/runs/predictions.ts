/**
 * The answers of an evaluation for the page, read from its run folder while they come: which there are, found by words and put in order, and what some of them say. Of each
 * answer only its place in the file and its scores are kept in memory. Where LLaMA-Factory's file lies alone, its answers are scored when somebody looks at them.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { jsonProblem, schemaProblem } from '@/lib/causes'
import { problem, type Problem, UserError } from '@/lib/errors'
import type { Similarity } from '@/lib/metrics/similarity'
import { answerSchema, type ModelAnswer, type PredictionList, type PredictionOrder, type PredictionRow, predictionSchema, type ShownPrediction } from '@/lib/predictions'
import { answerFiles, runFiles } from '@/lib/run'
import { sharedAnswerSchema, sharedRow } from '@/lib/shared-predictions'
import { GrowingLines } from '@/server/runs/growing-lines'

/** What the order needs of an answer; less is worse. */
type Keys = Record<Exclude<PredictionOrder, 'dataset'>, number>

/** Answers that cannot be compared come last. */
const LAST = 1000

function keysOf({ scores, call }: Pick<ShownPrediction, 'scores' | 'call'>): Keys {
  const right = call === null ? LAST : call.kind === 'question' ? Number(call.asked) * 3 : [call.json, call.name, call.arguments].filter(Boolean).length
  return { 'bleu-4': scores?.['bleu-4'] ?? LAST, 'rouge-l': scores?.['rouge-l'] ?? LAST, calls: right }
}

export interface Predictions {
  list(wish: { query: string; order: PredictionOrder }): Promise<PredictionList>
  /** Places that are not there (any more) are left out. */
  rows(places: readonly number[]): Promise<PredictionRow[]>
}

/** Scores of answers, counted elsewhere: the words of a text take a dictionary. */
export type Score = (answers: { predict: string; label: string }[]) => Promise<Similarity[]>

/** What a file of answers is made of. */
interface Source {
  file: string
  /** @throws UserError `file_unreadable` */
  read(text: string, place: number): ShownPrediction
  /** Null where each line has its own. */
  score: Score | null
}

const ownSource = (file: string): Source => ({ file, read: (text) => predictionSchema.parse(JSON.parse(text)), score: null })

/** Anything may have written into a file of this name. */
function sharedSource(file: string, score: Score): Source {
  const unreadable = (problem: Problem) => new UserError('file_unreadable', { path: file, problem })
  return {
    file,
    score,
    read(text, place) {
      let found: unknown
      try {
        found = JSON.parse(text)
      } catch {
        throw unreadable(problem('at', { place: String(place + 1), problem: jsonProblem(text) }))
      }
      const parsed = sharedAnswerSchema.safeParse(found)
      if (!parsed.success) throw unreadable(schemaProblem(parsed.error, found, String(place + 1)))
      return sharedRow(parsed.data, place)
    },
  }
}

/** As many as one question may name. */
const AT_ONCE = 100

const isCompared = ({ label }: ShownPrediction): boolean => label.trim() !== ''

function openPredictions({ file, read, score }: Source): Predictions {
  const own = new GrowingLines(file)
  const base = new GrowingLines(path.join(path.dirname(file), runFiles.baseRows))
  const scored = new Map<number, ShownPrediction['scores']>()
  let keys: Keys[] = []
  const look = () => {
    const fresh: Keys[] = []
    if (!own.look((text) => fresh.push(score === null ? keysOf(read(text, 0)) : keysOf({ scores: null, call: null })))) {
      keys = []
      scored.clear()
    }
    for (const key of fresh) keys.push(key)
  }
  const predictionOf = (place: number): ShownPrediction => {
    const row = read(own.text(place), place)
    return score === null ? row : { ...row, scores: scored.get(place) ?? null }
  }
  const countScores = async (places: readonly number[]) => {
    if (score === null) return
    const lacking = places.filter((place) => !scored.has(place))
    for (let from = 0; from < lacking.length; from += AT_ONCE) {
      const some = lacking.slice(from, from + AT_ONCE).map((place) => ({ place, row: predictionOf(place) }))
      const found = await score(some.map(({ row: { predict, label } }) => ({ predict, label })))
      some.forEach(({ place, row }, at) => {
        scored.set(place, isCompared(row) ? found[at] : null)
        keys[place] = keysOf(predictionOf(place))
      })
    }
  }
  const answerOf = (place: number): ModelAnswer | null => (place < base.lines.length ? answerSchema.parse(JSON.parse(base.text(place))) : null)
  const holds = (place: number, words: string): boolean => {
    const { question, predict, label } = predictionOf(place)
    return [question, predict, label].some((text) => text.toLowerCase().includes(words))
  }
  return {
    async list({ query, order }) {
      look()
      const words = query.trim().toLowerCase()
      const all = keys.map((_, place) => place)
      const rows = words === '' ? all : all.filter((place) => holds(place, words))
      if (order === 'dataset') return { total: keys.length, rows }
      await countScores(rows)
      return { total: keys.length, rows: rows.sort((a, b) => keys[a][order] - keys[b][order] || a - b) }
    },
    async rows(places) {
      look()
      base.look(() => undefined)
      const there = places.filter((place) => place < keys.length)
      await countScores(there)
      return there.map((place) => ({ ...predictionOf(place), place, base: answerOf(place) }))
    },
  }
}

/** Our own rows where there are any, or none yet. */
function sourceIn(folder: string, score: Score): Source {
  const [own, shared] = [path.join(folder, runFiles.predictionRows), path.join(folder, runFiles.predictions)]
  return existsSync(own) || !existsSync(shared) ? ownSource(own) : sharedSource(shared, score)
}

/** Whether there are answers, ours or LLaMA-Factory's. */
export const isAnswered = (folder: string): boolean => answerFiles.some((name) => existsSync(path.join(folder, name)))

const KEPT = 4
const open = new Map<string, Predictions>()

/** The last few that were asked for stay open. */
export function predictionsOf(folder: string, score: Score): Predictions {
  const source = sourceIn(folder, score)
  const found = open.get(source.file) ?? openPredictions(source)
  open.delete(source.file)
  open.set(source.file, found)
  for (const old of open.keys()) {
    if (open.size <= KEPT) break
    open.delete(old)
  }
  return found
}
