/**
 * The tests' projects: `unit` (pure code, server, scripts), `trainer` (loads TensorFlow: processes of their own, few at a time) and `browser` (drives
 * the built board, two files at a time). `npm test` runs them all, after building what they drive.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const minutes = 60_000

export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '') } },
  test: {
    // Vitest's own second is short on a machine that does other things beside.
    expect: { poll: { timeout: minutes / 3 } },
    // A training takes about 2 GB and all processors, and a browser waits as often as it works: two files at a time, whatever the machine.
    poolOptions: { forks: { maxForks: 2, minForks: 1 } },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['tests/{lib,hub,server,scripts,components,conform,tools}/**/*.test.{ts,tsx}'], pool: 'forks', testTimeout: minutes / 2, hookTimeout: minutes / 2 },
      },
      {
        extends: true,
        test: { name: 'trainer', include: ['tests/trainer/**/*.test.ts'], pool: 'forks', testTimeout: 5 * minutes, hookTimeout: 5 * minutes },
      },
      {
        extends: true,
        test: {
          name: 'browser', include: ['tests/e2e/**/*.test.ts'], pool: 'forks', testTimeout: 5 * minutes, hookTimeout: 5 * minutes,
          expect: { poll: { timeout: 1.5 * minutes } },
          // Once, in hundreds of runs, a click waited a minute for two frames alike; why was not found. Not at a desk: what fails there is to be looked at.
          retry: process.env.CI ? 1 : 0,
        },
      },
    ],
  },
})
