#!/usr/bin/env node
/** `npm run conform|bench|starter -- …`: builds the program of that name when it is stale and runs it. */
import { main } from './setup/main.mjs'

main(() => import('./setup/program.mjs').then(({ runProgram }) => runProgram(process.argv[2], process.argv.slice(3))))
