/**
 * What a model in training said at each save: `sample_prompts.json` holds the questions, `samples.jsonl` a line of answers per save. Pure; the
 * trainer asks and writes, the server reads.
 */
import { z } from 'zod'

/** Few and short: each save waits for the answers. */
export const samplePromptsSchema = z.array(z.string().trim().min(1).max(2000)).max(5)

/** `sample_prompts.json`: read again at each save, so that a run under way can be asked something else. */
export const samplePromptsFileSchema = z.strictObject({ prompts: samplePromptsSchema })

const savedSampleSchema = z.strictObject({
  step: z.number().int(),
  /** Milliseconds since 1970. */
  at: z.number(),
  answers: z.array(
    z.strictObject({
      prompt: z.string(),
      answer: z.string(),
      tokens: z.number().int(),
      /** `length`: cut at the most tokens that a sample may have. */
      end: z.enum(['stop', 'length', 'cancelled']),
    }),
  ),
})
export type SavedSample = z.infer<typeof savedSampleSchema>

/** Samples of a file's text in order of their steps: where a resumed run went back, the later lines are the true ones. */
export function readSamples(text: string): SavedSample[] {
  const samples: SavedSample[] = []
  for (const line of text.split('\n').slice(0, -1)) {
    const sample = parseSample(line)
    if (sample === null) continue
    while ((samples.at(-1)?.step ?? -1) >= sample.step) samples.pop()
    samples.push(sample)
  }
  return samples
}

function parseSample(line: string): SavedSample | null {
  try {
    return savedSampleSchema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null // a line that a full disk cut
  }
}
