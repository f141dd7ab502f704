/** `npm run bench -- train|generate|data …`: the measurements of `trainer/bench/bench.ts` as a program of their own. */
import { bench } from '@/trainer/bench/bench'
import { sayFailure, sayFaults } from '@/trainer/say'

try {
  process.exitCode = await bench(process.argv.slice(2))
} catch (error) {
  process.exitCode = (await sayFaults(error)) ? 2 : await sayFailure(error)
}
