/** metrics.json: words, ROUGE and BLEU of predictions, and token accuracy. */
import { z } from 'zod'
import { attempt, compared, readGolden, type CheckResult } from '@/conform/check'
import { mean, rowAccuracy } from '@/lib/metrics/accuracy'
import { meanSimilarity, similarity } from '@/lib/metrics/similarity'
import { jiebaWords } from '@/trainer/predict/words'

const scores = z.strictObject({ 'rouge-1': z.number(), 'rouge-2': z.number(), 'rouge-l': z.number(), 'bleu-4': z.number() })
const pair = z.looseObject({ prediction: z.string(), label: z.string(), jieba_prediction: z.array(z.string()), jieba_label: z.array(z.string()), scores })
const fileSchema = z.looseObject({
  similarity: z.looseObject({ mean: scores, pairs: z.array(pair).min(1) }).optional(),
  accuracy: z.looseObject({ predictions: z.array(z.array(z.number())), labels: z.array(z.array(z.number())), per_row: z.array(z.number()), accuracy: z.number() }).optional(),
})
type File = z.infer<typeof fileSchema>

/** Files give means to the last bit that Python's order of adding leaves. */
const rounded = <T>(value: T): T => JSON.parse(JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'number' ? Number(inner.toFixed(9)) : inner))) as T

function* checkSimilarity({ mean: expected, pairs }: NonNullable<File['similarity']>): Generator<CheckResult> {
  const found = pairs.map(({ prediction, label }) => similarity(prediction, label, jiebaWords))
  for (const [i, { prediction, label, jieba_prediction, jieba_label, scores }] of pairs.entries()) {
    yield attempt(`words ${i}`, () => compared(`words ${i}`, [jieba_prediction, jieba_label], [jiebaWords(prediction), jiebaWords(label)]))
    yield compared(`scores ${i}`, scores, found[i])
  }
  yield compared('mean scores', rounded(expected), rounded(meanSimilarity(found)))
}

function* checkAccuracy({ predictions, labels, per_row, accuracy }: NonNullable<File['accuracy']>): Generator<CheckResult> {
  const found = predictions.map((best, row) => rowAccuracy(best, labels[row]))
  for (const [row, expected] of per_row.entries()) yield compared(`accuracy ${row}`, rounded(expected), rounded(found[row]))
  yield compared('accuracy', rounded(accuracy), rounded(mean(found)))
}

export async function* check(dir: string): AsyncGenerator<CheckResult> {
  const file = readGolden(dir, 'metrics.json')
  if (file === null) return
  const parsed = fileSchema.parse(file)
  if (parsed.similarity) yield* checkSimilarity(parsed.similarity)
  if (parsed.accuracy) yield* checkAccuracy(parsed.accuracy)
}
