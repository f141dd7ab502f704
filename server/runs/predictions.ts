/**
 * The answers of an evaluation for the page, read from its run folder while they come: which there are, found by words and put in order, and what some of them say. Of each
 * answer only its place in the file and its scores are kept in memory.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import path from 'node:path'
import { answerSchema, type ModelAnswer, type PredictionList, type PredictionOrder, type Prediction, type PredictionRow, predictionSchema } from '@/lib/predictions'
import { runFiles } from '@/lib/run'

interface Line {
  from: number
  length: number
}

/** A file of lines that grows: where each begins, looked at anew before each question. */
class GrowingLines {
  readonly lines: Line[] = []
  private size = 0
  private identity = ''

  constructor(private readonly file: string) {}

  /** Calls `see` with each line that is new. False when the file is another one, so that what was seen is void. */
  look(see: (text: string) => void): boolean {
    const stat = statSync(this.file, { throwIfNoEntry: false })
    const identity = stat ? String(stat.ino) : ''
    const same = identity === this.identity && (stat?.size ?? 0) >= this.size
    if (!same) {
      this.lines.length = 0
      ;[this.size, this.identity] = [0, identity]
    }
    if (stat && stat.size > this.size) this.add(this.bytes({ from: this.size, length: stat.size - this.size }), see)
    return same
  }

  private add(fresh: Buffer, see: (text: string) => void): void {
    for (let from = 0, end = fresh.indexOf(0x0a); end !== -1; from = end + 1, end = fresh.indexOf(0x0a, from)) {
      this.lines.push({ from: this.size, length: end - from })
      this.size += end - from + 1
      see(fresh.toString('utf8', from, end))
    }
  }

  text(place: number): string {
    return this.bytes(this.lines[place]).toString('utf8')
  }

  private bytes({ from, length }: Line): Buffer {
    const buffer = Buffer.alloc(length)
    const fd = openSync(this.file, 'r')
    try {
      readSync(fd, buffer, 0, length, from)
    } finally {
      closeSync(fd)
    }
    return buffer
  }
}

/** What the order needs of an answer; less is worse. */
type Keys = Record<Exclude<PredictionOrder, 'dataset'>, number>

/** Answers that cannot be compared come last. */
const LAST = 1000

function keysOf({ scores, call }: Prediction): Keys {
  const right = call === null ? LAST : call.kind === 'question' ? Number(call.asked) * 3 : [call.json, call.name, call.arguments].filter(Boolean).length
  return { 'bleu-4': scores?.['bleu-4'] ?? LAST, 'rouge-l': scores?.['rouge-l'] ?? LAST, calls: right }
}

export interface Predictions {
  list(wish: { query: string; order: PredictionOrder }): PredictionList
  /** Places that are not there (any more) are left out. */
  rows(places: readonly number[]): PredictionRow[]
}

function openPredictions(folder: string): Predictions {
  const own = new GrowingLines(path.join(folder, runFiles.predictionRows))
  const base = new GrowingLines(path.join(folder, runFiles.baseRows))
  const keys: Keys[] = []
  const look = () => {
    const fresh: Keys[] = []
    if (!own.look((text) => fresh.push(keysOf(predictionSchema.parse(JSON.parse(text)))))) keys.length = 0
    for (const key of fresh) keys.push(key)
  }
  const answerOf = (place: number): ModelAnswer | null => (place < base.lines.length ? answerSchema.parse(JSON.parse(base.text(place))) : null)
  const predictionOf = (place: number): Prediction => predictionSchema.parse(JSON.parse(own.text(place)))
  const holds = (place: number, words: string): boolean => {
    const { question, predict, label } = predictionOf(place)
    return [question, predict, label].some((text) => text.toLowerCase().includes(words))
  }
  return {
    list({ query, order }) {
      look()
      const words = query.trim().toLowerCase()
      const all = keys.map((_, place) => place)
      const rows = words === '' ? all : all.filter((place) => holds(place, words))
      return { total: keys.length, rows: order === 'dataset' ? rows : rows.sort((a, b) => keys[a][order] - keys[b][order] || a - b) }
    },
    rows(places) {
      look()
      base.look(() => undefined)
      return places.filter((place) => place < keys.length).map((place) => ({ ...predictionOf(place), place, base: answerOf(place) }))
    },
  }
}

const KEPT = 4
const open = new Map<string, Predictions>()

/** The last few that were asked for stay open. */
export function predictionsOf(folder: string): Predictions {
  const found = open.get(folder) ?? openPredictions(folder)
  open.delete(folder)
  open.set(folder, found)
  for (const old of open.keys()) {
    if (open.size <= KEPT) break
    open.delete(old)
  }
  return found
}
