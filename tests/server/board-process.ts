/** The board as a program of its own, with a page that needs no build: for the tests that kill the server. */
import { openBoard } from '@/server/board'
import { parseOptions } from '@/server/options'

const board = await openBoard(parseOptions(process.argv.slice(2), process.env), () => async (_, response) => void response.end('the page'))
process.stdout.write(`http://127.0.0.1:${board.port}/\n`)
