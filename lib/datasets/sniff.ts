/** The type of a data file by its first bytes, for names that do not say it or say something else. Text without JSON has no mark, so only its name can tell. */
import { fileTypeOf, type FileType, type Packing, packings } from '@/lib/datasets/info'

/** Bytes that are looked at. */
export const HEAD_BYTES = 4096

type Mark = FileType | Packing

const marks: readonly [Mark, readonly number[]][] = [
  ['parquet', [0x50, 0x41, 0x52, 0x31]], // PAR1
  ['arrow', [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31]], // ARROW1
  ['gz', [0x1f, 0x8b]],
  ['zst', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bz2', [0x42, 0x5a, 0x68]], // BZh
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
]

function typeOf(head: Uint8Array): Mark | null {
  const marked = marks.find(([, bytes]) => bytes.every((byte, i) => head[i] === byte))
  if (marked) return marked[0]
  const text = new TextDecoder('utf-8').decode(head).trimStart()
  if (text.startsWith('[')) return 'json'
  if (!text.startsWith('{')) return null
  return /^\{.*\}[ \t\r]*\n[ \t\r\n]*\{/.test(text) ? 'jsonl' : 'json'
}

/** `name` with the ending that the content asks for: where it has none, and where its content has a mark that its ending denies. */
export function fittingName(name: string, head: Uint8Array): string {
  const mark = typeOf(head)
  const { packing, ending } = fileTypeOf(name)
  if (mark === null) return name
  if (packings.some((one) => one === mark)) return packing === mark ? name : `${name}.${mark}`
  if (ending === '') return `${name}.${mark}`
  const binary = mark === 'parquet' || mark === 'arrow' || mark === 'zip'
  return binary && (ending !== mark || packing !== null) ? `${name}.${mark}` : name
}
