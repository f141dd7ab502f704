/** What a run's folder offers to chat, export and further trainings: adapters with those beneath them, and models that were trained whole. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { adaptersOf } from '@/server/runs/adapters'

const home = mkdtempSync(path.join(os.tmpdir(), 'tuneboard-adapters-'))
afterAll(() => rmSync(home, { recursive: true }))

function runWith(name: string, args: string, files: readonly string[]): string {
  const folder = path.join(home, name)
  for (const file of files) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), file.endsWith('.json') ? '{"base_model_name_or_path": "models/base"}' : '')
  }
  writeFileSync(path.join(folder, 'training_args.yaml'), `model_name_or_path: models/base\ntemplate: chatml\n${args}`)
  return folder
}

const adapter = (place: string) => ['adapter_config.json', 'adapter_model.safetensors'].map((name) => path.join(place, name))

it.each([
  ['the one that it went on with has become its own', 'adapter_name_or_path: saves/a,saves/b\n', ['saves/a']],
  ['a new one stands on all of them', 'adapter_name_or_path: [saves/a, saves/b]\ncreate_new_adapter: true\n', ['saves/a', 'saves/b']],
  ['nothing', '', []],
])('an adapter stands on what was merged: %s', (name, args, beneath) => {
  const folder = runWith(name, args, [...adapter('.'), ...adapter('checkpoint-5')])
  expect(adaptersOf('m/lora/r', folder)).toMatchObject([
    { kind: 'adapter', checkpoint: null, path: folder, base: 'models/base', beneath },
    { kind: 'adapter', checkpoint: 'checkpoint-5', beneath },
  ])
})

it('a model that was trained whole is one, in one file or in shards; half of one is none', () => {
  const folder = runWith('whole', 'finetuning_type: full\n', ['config.json', 'model.safetensors', 'checkpoint-5/config.json', 'checkpoint-5/model.safetensors.index.json', 'checkpoint-9/config.json'])
  expect(adaptersOf('m/full/r', folder)).toMatchObject([
    { kind: 'model', checkpoint: null, base: 'models/base', template: 'chatml', beneath: [] },
    { kind: 'model', checkpoint: 'checkpoint-5' },
  ])
})
