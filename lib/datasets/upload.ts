/** What page and server agree on about uploads. */

/** Below it, the tus protocol is spoken. */
export const uploadsPath = '/uploads'

/** Bytes of one file. */
export const uploadLimit = 2 * 1024 ** 3

/** Bytes that are sent in one request: small enough to be through before a server's time for a request is over, on any line worth using. */
export const uploadPiece = 32 * 1024 ** 2
