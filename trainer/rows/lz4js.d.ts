/** The one function of lz4js that is used; the package brings no types. */
declare module 'lz4js' {
  const lz4: {
    /** Returns the number of bytes written into `into`. */
    decompressFrame(frame: Uint8Array, into: Uint8Array): number
  }
  export default lz4
}
