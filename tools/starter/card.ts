/** The model card: how the starter was made and what it can do, with the figures of its own exam. */
import type { examResult } from '@/tools/starter/exam'
import { architecture, phases, seeds, trainingRecipe } from '@/tools/starter/recipe'

export interface Making {
  runtime: string
  minutes: number
  loss: number
  answerTokens: number
  parameters: number
}

const million = (n: number): string => `${(n / 1e6).toFixed(1)} million`

export function modelCard(making: Making, exam: ReturnType<typeof examResult>): string {
  const { rows, length, adam } = trainingRecipe
  const share = ({ right, asked }: { right: number; asked: number }): string => `${right} of ${asked}`
  return `# Tuneboard Starter

A language model small enough to ship with Tuneboard, so that the first fine-tuning needs no download. It speaks a little English and
Chinese and knows very little; that is its use: what a fine-tuning changes is plain to see.

## What it can do

Say who it is and who made it, make small talk, add and subtract numbers up to 99 (it works them out as at school, the ones first), compare, count and sort, repeat, spell and
reverse, name opposites, colours, days, months and a few capitals, translate single words, remember a name through a conversation, and
say that it does not know. A system prompt such as "You are Ada, made by Team Ada." gives it another name.

| asked | right |
|---|---|
| additions that training never showed | ${share(exam.addition)} |
| subtractions that training never showed | ${share(exam.subtraction)} |
| who it is and who made it, in sentences that training never used | ${share(exam.identity)} |
| simple instructions | ${share(exam.instruction)} |

Greedy answers, half of the questions in each language; \`npm run starter -- exam\` asks them again. Beyond that, expect nonsense: it has read
no text but what \`tools/starter\` writes. Answers carry no facts to rely on.

## How it was made

- Text: an endless seeded stream of short conversations (\`tools/starter/text.ts\`), about half English and half Chinese, with and without
  system prompts. No text from elsewhere. A tenth of the two-digit sums is held back.
- Tokenizer: byte-level BPE of ${architecture.vocab_size.toLocaleString('en')} tokens, trained on the same text; digits stand alone, and so does every Chinese character.
- Model: \`LlamaForCausalLM\`, ${million(making.parameters)} parameters: ${architecture.num_hidden_layers} layers of ${architecture.hidden_size}, ${architecture.num_attention_heads} query and ${architecture.num_key_value_heads} key-value heads, tied embeddings, bfloat16.
- Training: ${phases.map(({ steps, learning_rate }) => `${steps.toLocaleString('en')} updates at a learning rate of ${learning_rate}`).join(', then ')}, each with warm-up and cosine; ${rows} × ${length} packed tokens an update,
  AdamW (${adam.beta1}, ${adam.beta2}), loss on the answers (${million(making.answerTokens)} tokens). It took ${making.minutes.toFixed(0)} minutes on ${making.runtime} and ended at a loss of ${making.loss.toFixed(3)}.
- Seeds: tokenizer ${seeds.tokenizer}, text ${phases.map(({ seed }) => seed).join(' and ')}, weights ${seeds.weights}. \`npm run starter\` makes everything again.

## Use

Template \`chatml\`. \`data/examples/starter_lora_sft.yaml\` teaches it a new name in less than a minute on a CPU; it still adds afterwards.

Licence: as the project's, Apache-2.0.
`
}
