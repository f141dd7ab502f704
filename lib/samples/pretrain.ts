/** Plain texts to rows of token ids for pre-training: LLaMA-Factory 0.9.5, `data/processor/pretrain.py`. */
import { addGap, type Gap, IGNORED } from '@/lib/samples/supervised'
import type { Template } from '@/lib/templates/template'
import type { Tokenizer } from '@/lib/text/tokenizer'

/**
 * With packing, all texts in one stream cut into rows of `cutoff`, the rest dropped; without, one row per text, cut at `cutoff`. `addBos`: the
 * tokenizer's `add_bos_token` (a row then begins with bos; packing overwrites its first token).
 */
export function encodeTexts(texts: readonly string[], template: Template, cutoff: number, packing: boolean, addBos: boolean): number[][] {
  const { tokenizer } = template
  const end = template.name === 'llama3' ? '<|end_of_text|>' : (tokenizer.eos?.text ?? '')
  const bos = addBos ? tokenizer.bos : null
  if (!packing) return texts.map((text) => tokenizer.encode((bos?.text ?? '') + text + end).slice(0, cutoff))
  const stream = texts.flatMap((text) => tokenizer.encode(text + end))
  const rows: number[][] = []
  for (let at = 0; at + cutoff <= stream.length; at += cutoff) {
    const row = stream.slice(at, at + cutoff)
    if (bos) row[0] = bos.id
    rows.push(row)
  }
  return rows
}

/** Whether a tokenizer begins a text with bos by itself. */
export const addsBos = (tokenizer: Tokenizer): boolean => tokenizer.bos !== null && tokenizer.encode('', true)[0] === tokenizer.bos.id

/** Every token is learned, but for those that padding would be told by: the collator of the reference knows padding by its id alone. */
export function labelText(ids: readonly number[], { tokenizer }: Template): number[] {
  const pad = tokenizer.pad?.id
  return ids.map((id) => (id === pad ? IGNORED : id))
}

/** One text as a training takes it: a row of its own, or its part of the stream, which is cut into rows later and gets bos there. */
export function encodeText(text: string, template: Template, cutoff: number, streamed: boolean): { ids: number[]; labels: number[]; gaps: Gap[]; cut: number } {
  const [all] = encodeTexts([text], template, Infinity, false, !streamed && addsBos(template.tokenizer))
  const ids = streamed ? all : all.slice(0, cutoff)
  const gaps: Gap[] = []
  addGap(gaps, ids.length, all.slice(ids.length))
  return { ids, labels: labelText(ids, template), gaps, cut: all.length - ids.length }
}
