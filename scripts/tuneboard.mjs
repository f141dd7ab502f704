#!/usr/bin/env node
/** `npx tuneboard train|chat|predict|export|api|webui|env`: the command line, after llamafactory-cli. */
import { main } from './setup/main.mjs'

main(() => import('./setup/command.mjs').then(({ runCommand }) => runCommand(process.argv.slice(2))))
