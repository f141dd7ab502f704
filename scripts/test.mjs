#!/usr/bin/env node
/** `npm test`: prepares the checkout, checks the types, runs every test, and closes with `N passed, N failed`. */
import { main } from './setup/main.mjs'

main(() => import('./setup/tests.mjs').then(({ runTests }) => runTests(process.argv.slice(2))))
