/**
 * From token strings back to text: the decoders of tokenizer.json. Byte decoders and the metaspace decoder are ours, because those of
 * @huggingface/tokenizers 0.2 drop a byte order mark, repair broken bytes otherwise than Hugging Face's tokenizers (Rust) do, and look
 * up every token in a list; the others are the library's.
 */
import { BPEDecoder, CTCDecoder, FuseDecoder, ReplaceDecoder, StripDecoder, WordPieceDecoder } from '@huggingface/tokenizers'
import { problem, Unusable } from '@/lib/errors'
import { charOfByte } from '@/lib/text/bpe'

/** Turns the tokens of one text into the pieces whose concatenation is the text. */
export type DecodeChain = (tokens: string[]) => string[]

export interface DecoderConfig {
  type: string
  decoders?: DecoderConfig[]
  replacement?: string
  prepend_scheme?: string
  [option: string]: unknown
}

/** Library decoders take their configuration untyped; it is passed on as the file holds it. */
type LibraryDecoder = new (config: never) => { decode_chain(tokens: string[]): string[] }

const libraryDecoders: Record<string, LibraryDecoder> = {
  BPEDecoder,
  CTC: CTCDecoder,
  Fuse: FuseDecoder,
  Replace: ReplaceDecoder,
  Strip: StripDecoder,
  WordPiece: WordPieceDecoder,
}

/** Error (plain) for a decoder type that does not exist. */
export function createDecoder(config: DecoderConfig | null): DecodeChain {
  if (config === null) return (tokens) => [tokens.join(' ')]
  if (config.type === 'Sequence') {
    const chain = (config.decoders ?? []).map(createDecoder)
    return (tokens) => chain.reduce((pieces, decode) => decode(pieces), tokens)
  }
  if (config.type === 'ByteLevel') return (tokens) => [decodeByteLevel(tokens)]
  if (config.type === 'ByteFallback') return decodeByteFallback
  if (config.type === 'Metaspace') return metaspaceDecoder(config)
  const Library = libraryDecoders[config.type]
  if (!Library) throw new Unusable(problem('tokenizer_decoder', { type: config.type }))
  const decoder = new Library(config as never)
  return (tokens) => decoder.decode_chain(tokens)
}

/** Code point of a byte's printable stand-in → the byte. */
const BYTE_OF_CHAR: ReadonlyMap<number, number> = new Map(charOfByte.map((char, byte) => [char.charCodeAt(0), byte]))

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const strictUtf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })
const encoder = new TextEncoder()

/** A token with a character outside the table stands for itself; the bytes of all tokens are read as UTF-8, broken ones as U+FFFD. */
function decodeByteLevel(tokens: string[]): string {
  const bytes: number[] = []
  for (const token of tokens) {
    const own = bytesOf(token)
    if (own) bytes.push(...own)
    else bytes.push(...encoder.encode(token))
  }
  return utf8.decode(Uint8Array.from(bytes))
}

function bytesOf(token: string): number[] | null {
  const bytes: number[] = []
  for (let i = 0; i < token.length; i++) {
    const byte = BYTE_OF_CHAR.get(token.charCodeAt(i))
    if (byte === undefined) return null
    bytes.push(byte)
  }
  return bytes
}

const BYTE_TOKEN = /^<0x([0-9a-fA-F]{2})>$/

/** Runs of `<0xNN>` tokens become text; a run that is not UTF-8 becomes one U+FFFD per byte. */
function decodeByteFallback(tokens: string[]): string[] {
  const out: string[] = []
  let bytes: number[] = []
  const flush = () => {
    if (bytes.length > 0) out.push(readBytes(bytes))
    bytes = []
  }
  for (const token of tokens) {
    const byte = BYTE_TOKEN.exec(token)
    if (byte) {
      bytes.push(parseInt(byte[1], 16))
      continue
    }
    flush()
    out.push(token)
  }
  flush()
  return out
}

function readBytes(bytes: number[]): string {
  try {
    return strictUtf8.decode(Uint8Array.from(bytes))
  } catch {
    return '\ufffd'.repeat(bytes.length)
  }
}

function metaspaceDecoder(config: DecoderConfig): DecodeChain {
  const mark = config.replacement ?? '▁'
  const dropFirst = config.prepend_scheme !== 'never'
  return (tokens) => tokens.map((token, i) => token.replaceAll(mark, i === 0 && dropFirst ? '' : ' '))
}
