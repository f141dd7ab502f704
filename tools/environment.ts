/**
 * `npm run runtime` and `tuneboard env`: prints the runtime, and on request the versions that a bug report needs. Leaves out
 * choosing the runtime (scripts/native).
 */
import { existsSync, readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { describeRuntime, runtimeSchema, type Runtime } from '@/lib/runtime'
import { translate } from '@/lib/messages'
import type { Locale } from '@/lib/messages/locales'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const packageSchema = z.looseObject({ version: z.string(), dependencies: z.record(z.string(), z.string()).default({}) })

const readPackage = (folder: string) => packageSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))

function readRuntime(): Runtime | null {
  const path = join(root, '.tuneboard', 'runtime.json')
  return existsSync(path) ? runtimeSchema.parse(JSON.parse(readFileSync(path, 'utf8'))) : null
}

function runtimeLines(runtime: Runtime | null, locale: Locale): string[] {
  const { name, reason, better } = describeRuntime(runtime, translate(locale))
  return [
    `runtime: ${name}`,
    `  why: ${reason}`,
    ...(better ? [`  better: ${better}`] : []),
    ...(runtime?.binding ? [`  binding: ${runtime.binding}`, `  own kernels: ${runtime.ops ?? 'none'}`] : []),
    ...Object.entries(runtime?.env ?? {}).map(([key, value]) => `  ${key}=${value}`),
  ]
}

function versionLines(): string[] {
  const { version, dependencies } = readPackage(root)
  const installed = Object.keys(dependencies).map((name) => `${name} ${readPackage(join(root, 'node_modules', name)).version}`)
  return [
    `tuneboard ${version}`,
    `node ${process.version}, ${process.platform}-${process.arch}`,
    `processor: ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    `memory: ${(totalmem() / 1e9).toFixed(1)} GB`,
    `packages: ${installed.join(', ')}`,
  ]
}

const locale: Locale = (process.env.LC_ALL ?? process.env.LANG ?? '').startsWith('zh') ? 'zh' : 'en'
const lines = [...(process.argv[2] === 'all' ? versionLines() : []), ...runtimeLines(readRuntime(), locale)]
process.stdout.write(`${lines.join('\n')}\n`)
