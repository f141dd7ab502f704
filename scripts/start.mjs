#!/usr/bin/env node
/** `npm start`: prepares the checkout and serves the page. The server takes the options and says what is wrong with the port. */
import { main } from './setup/main.mjs'

main(() => import('./setup/serve.mjs').then(({ serve }) => serve(process.argv.slice(2))))
