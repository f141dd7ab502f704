#!/usr/bin/env node
/** `npm run runtime`: sets up the native runtime anew and prints what is in use, why, and what would make it better. */
import { main } from './setup/main.mjs'

main(() => import('./setup/environment.mjs').then(({ renewRuntime }) => renewRuntime()))
