/**
 * Streaming detokenisation: ids arrive one by one, text leaves in whole characters, and all of it together is what decoding the ids at
 * once gives (but for bytes that never become a character).
 */
import type { TextStream } from '@/lib/text/tokenizer'

/** What an unfinished character decodes to. */
const BROKEN = '\ufffd'

/**
 * Keeps a window of the ids whose text has last been handed out, and the newer ones: a token's text may depend on the one before it (leading
 * spaces, byte runs), never on earlier ones. `decode` keeps special tokens; `skip` leaves ids out.
 */
export function textStream(decode: (ids: readonly number[]) => string, skip: (id: number) => boolean): TextStream {
  let window: number[] = []
  let shown = ''
  const emit = (text: string, ids: number[]): string => {
    const fresh = text.slice(shown.length)
    window = ids
    shown = ids.length > 0 ? decode(ids) : ''
    return fresh
  }
  let known = 0 // ids at the window's head whose text is handed out
  return {
    push(id) {
      if (skip(id)) return ''
      window.push(id)
      const text = decode(window)
      if (text.length <= shown.length || text.endsWith(BROKEN)) return ''
      const rest = window.slice(known)
      known = rest.length
      return emit(text, rest)
    },
    end() {
      if (window.length === known) return ''
      const text = decode(window)
      known = 0
      return emit(text, [])
    },
  }
}
