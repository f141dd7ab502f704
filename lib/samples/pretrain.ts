/** Plain texts to rows of token ids for pre-training: LLaMA-Factory 0.9.5, `data/processor/pretrain.py`. */
import type { Template } from '@/lib/templates/template'

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
