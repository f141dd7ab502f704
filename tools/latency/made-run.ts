/** Run folders as a trainer writes them, of made-up numbers: their log grows when this program says so. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runFiles } from '@/lib/run'
import { pause, type Server } from '@/tools/latency/set-up'

const TOTAL = 200_000

const clock = (seconds: number) => `${Math.floor(seconds / 3600)}:${new Date(seconds * 1000).toISOString().slice(14, 19)}`

const recordLine = (step: number): string =>
  `${JSON.stringify({
    current_steps: step, total_steps: TOTAL, loss: 1 + 2 / Math.sqrt(step) + Math.sin(step * 12.9898) / 10, lr: 1e-4 * (1 - step / TOTAL), grad_norm: 1 + Math.sin(step) / 2,
    epoch: step / 50_000, percentage: (step / TOTAL) * 100, elapsed_time: clock(step * 0.3), remaining_time: clock((TOTAL - step) * 0.3), throughput: 5000 + Math.sin(step) * 100, total_tokens: step * 640,
  })}\n`

const textLine = (step: number): string => `[INFO|2026-01-01 00:00:00] trainer: step ${step}, loss ${(1 + 2 / Math.sqrt(step)).toFixed(4)}\n`

const folderOf = ({ home }: Server, id: string) => path.join(home, 'saves', ...id.split('/'))

/** With `done`, it has ended. */
export function writeRun(server: Server, id: string, points: number, done = false): void {
  const folder = folderOf(server, id)
  mkdirSync(folder, { recursive: true })
  const steps = Array.from({ length: points }, (_, index) => index + 1)
  writeFileSync(path.join(folder, runFiles.args), 'stage: sft\ndo_train: true\nfinetuning_type: lora\nmodel_name_or_path: measured\ndataset: made_up\nlearning_rate: 1.0e-4\n')
  writeFileSync(path.join(folder, runFiles.text), steps.map(textLine).join(''))
  writeFileSync(path.join(folder, runFiles.log), steps.map(recordLine).join(''))
  if (done) writeFileSync(path.join(folder, runFiles.allResults), '{"train_loss": 1}\n')
}

/** A run with so many records, known to the server. */
export async function addRun(server: Server, id: string, points: number): Promise<void> {
  writeRun(server, id, points)
  while (!(await server.call('runs', {})).some((run) => run.id === id)) await pause(50)
}

export function appendRecord(server: Server, id: string, step: number): void {
  const folder = folderOf(server, id)
  appendFileSync(path.join(folder, runFiles.text), textLine(step))
  appendFileSync(path.join(folder, runFiles.log), recordLine(step))
}
