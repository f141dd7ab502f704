/** The compressions of Arrow's record batches, made known to flechette: LZ4 frames by lz4js, Zstandard by fzstd. Reading only. */
import { CompressionType, setCompressionCodec } from '@uwdata/flechette'
import { decompress } from 'fzstd'
import lz4 from 'lz4js'

/** LZ4 at its best makes 255 bytes of one, Zstandard of repetitions far more; beyond this a length is a trap or damaged. */
const MOST_BUFFER = 2 ** 30

type Decode = (bytes: Uint8Array, into: Uint8Array) => Uint8Array

function register(type: (typeof CompressionType)[keyof typeof CompressionType], decode: Decode): void {
  setCompressionCodec(type, {
    encode() {
      throw new Error('Arrow files are only read')
    },
    decode(bytes, size = 0) {
      if (size > MOST_BUFFER) throw new Error(`a buffer says that it unpacks to ${size} bytes`)
      const unpacked = decode(bytes, new Uint8Array(size))
      if (unpacked.length !== size) throw new Error(`a buffer unpacks to ${unpacked.length} bytes, not to ${size}`)
      return unpacked
    },
  })
}

register(CompressionType.LZ4_FRAME, (bytes, into) => into.subarray(0, lz4.decompressFrame(bytes, into)))
register(CompressionType.ZSTD, (bytes, into) => decompress(bytes, into))
