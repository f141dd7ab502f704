#!/usr/bin/env node
/** `node scripts/build.mjs [name …] [page]`: builds the named bundles, or everything, where it is stale. */
import { main } from './setup/main.mjs'

main(() => import('./setup/build.mjs').then(({ build }) => build(process.argv.slice(2))))
