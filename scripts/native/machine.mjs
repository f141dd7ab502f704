/** What the machine has: processor, compiler, Python with pip, NVIDIA GPU. Cheap facts are separate from those that start a program. */
import { existsSync, readFileSync } from 'node:fs'
import { findTool, runTool } from '../setup/run-tool.mjs'

export const platform = `${process.platform}-${process.arch}`

/** Facts that cost microseconds; when one of them changes, the choice of runtime is made again. */
export function quickFacts() {
  return { platform, processor: processor(), compiler: compiler(), python: python(), gpuDevice: ['/dev/nvidiactl', '/dev/dxg'].some((path) => existsSync(path)) }
}

export const compiler = () => findTool([process.env.CXX ?? '', 'g++', 'c++', 'clang++'])
export const python = () => findTool(['python3', 'python'])

/** The processor's model and abilities: what `-march=native` compiles for. */
export function processor() {
  if (process.platform !== 'linux') return process.arch
  const text = readFileSync('/proc/cpuinfo', 'utf8')
  const line = (name) => new RegExp(`^${name}\\s*:\\s*(.*)$`, 'm').exec(text)?.[1] ?? ''
  return `${line('model name') || line('CPU part')} ${line('flags') || line('Features')}`
}

export async function hasPip() {
  const found = python()
  return found !== null && (await runTool(found, ['-m', 'pip', '--version'])).code === 0
}

/** The first GPU's name where the driver answers; null elsewhere. */
export async function gpuName() {
  const { code, stdout } = await runTool('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'])
  return code === 0 && stdout.trim() ? stdout.trim().split('\n')[0] : null
}

/** The wheels are built for glibc; musl (Alpine) has none. */
export function hasGlibc() {
  return process.platform === 'linux' && Boolean(process.report.getReport().header.glibcVersionRuntime)
}
