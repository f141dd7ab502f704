/** Entry of `npm run conform -- DIR [--only …]`. */
import { runConform } from '@/conform/run'

process.exitCode = await runConform(process.argv.slice(2))
