/** The language of a row: that of its messages, tool calls and results left aside. Short or mixed texts are guessed as well as such texts can be. */
import { eld } from 'eld/extrasmall'
import type { Example } from '@/lib/datasets/example'

/** More text makes the guess no better. The smallest of the library's tables does for texts of this length, and every thread that counts holds one. */
const LOOKED_AT = 400

/** ISO 639-1; null where there is no text to tell by. */
export function languageOf({ prompt, response }: Example): string | null {
  const spoken = [...prompt, ...response].filter(({ role }) => role === 'user' || role === 'assistant')
  let text = ''
  for (const { content } of spoken) {
    text += `${content.slice(0, LOOKED_AT)}\n`
    if (text.length >= LOOKED_AT) break
  }
  return eld.detect(text).language || null
}
