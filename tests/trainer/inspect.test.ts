/** The inspect worker's answers: plans that agree with what a training does, faults at their fields, damaged data as data. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkDtype } from '@/trainer/run/check'
import { prepareTemplate } from '@/lib/templates/template'
import { loadData } from '@/trainer/data/data'
import { checkReport } from '@/trainer/run/plan'
import { inspectAnswer } from '@/trainer/inspect/inspect'
import { trainingMemory } from '@/trainer/run/memory'
import { remember } from '@/trainer/inspect/remember'
import { loadTokenizer } from '@/trainer/tokenizer/tokenizer'
import { modelConfig } from '@/lib/models/config'
import { makeDataset, makeTinyModel, tinyConfig } from './tiny-model'

let home: string
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'tuneboard-inspect-'))
  makeTinyModel(path.join(home, 'model'))
  makeDataset(path.join(home, 'data'), 40)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const tinyTemplate = async () => prepareTemplate(await loadTokenizer(path.join(home, 'model')), { template: 'qwen' })

const args = (change: object = {}) => ({
  model_name_or_path: path.join(home, 'model'), dataset_dir: path.join(home, 'data'), dataset: 'sums', template: 'qwen', output_dir: path.join(home, 'out'), do_train: true,
  per_device_train_batch_size: 4, gradient_accumulation_steps: 2, num_train_epochs: 3, lora_target: 'q_proj', lora_rank: 4, ...change,
})

describe('check', () => {
  it('plans the training that would follow', async () => {
    const { faults, warnings, plan } = await checkReport(args({ val_size: 0.1, max_samples: 30 }))
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] })
    expect(plan).toMatchObject({
      // embedding 260·32, two layers of (32·32 + 2·16·32 + 32·32) + 3·32·64 + 2·32, final norm 32
      parameters: 260 * 32 + 2 * (3072 + 6144 + 64) + 32,
      trainable: 2 * (4 * 32 + 32 * 4),
      examples: 27, eval_examples: 3,
      steps: 3 * 4,
    })
    // Every row has the system prompt and the turn's marks besides its own two dozen characters.
    expect(plan?.tokens).toBeGreaterThan(27 * 80)
    expect(plan?.tokens).toBeLessThan(27 * 200)
    expect(plan?.memory_available).toBeGreaterThan(0)
  })

  it('counts packed rows as steps', async () => {
    const { plan } = await checkReport(args({ neat_packing: true, cutoff_len: 512 }))
    const packed = await loadData({ dataset: ['sums'], dataset_dir: path.join(home, 'data'), cutoff_len: 512, seed: 42, neat_packing: true }, await tinyTemplate())
    // Three epochs of two micro-batches of four rows.
    expect(plan).toMatchObject({ examples: 40, steps: 3 * Math.ceil(packed.train.length / 8) })
    expect(packed.train.length).toBeGreaterThan(8)
  })

  it('finds several faults at once, each at its field', async () => {
    const { faults, plan } = await checkReport(args({ template: 'qwenn', lora_target: 'q_prj' }))
    expect(faults.map(({ code, field }) => [code, field])).toEqual([['template_unknown', 'template'], ['not_an_option', 'lora_target']])
    expect(plan).toBe(null)
    const schema = await checkReport(args({ lora_rank: 0, learning_rate: 'abc' }))
    expect(schema.faults.map(({ field }) => field).sort()).toEqual(['learning_rate', 'lora_rank'])
  })

  it('finds a row of the wrong shape behind the sample that it makes tokens of', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => ({ instruction: `a ${i}`, output: i === 190 ? 7 : 'b' }))
    const folder = path.join(home, 'late')
    mkdirSync(folder)
    writeFileSync(path.join(folder, 'rows.json'), JSON.stringify(rows))
    writeFileSync(path.join(folder, 'dataset_info.json'), '{"sums": {"file_name": "rows.json"}}')
    const absent = await checkReport(args({ dataset_dir: folder }))
    expect(absent.faults).toMatchObject([{ code: 'dataset_column_absent', values: { column: 'input' } }])
    writeFileSync(path.join(folder, 'rows.json'), JSON.stringify(rows.map((row) => ({ ...row, input: '' }))))
    const { faults, warnings, plan } = await checkReport(args({ dataset_dir: folder }))
    expect(faults).toEqual([])
    expect(warnings).toMatchObject([{ code: 'dataset_rows_left_out', values: { dataset: 'sums', count: 1, row: 191, column: 'output' }, field: 'dataset' }])
    expect(plan?.examples).toBe(199)
  })

  it('warns of a batch that the memory cannot hold', async () => {
    const { faults, warnings } = await checkReport(args({ per_device_train_batch_size: 1024 }))
    expect(faults).toEqual([])
    expect(warnings).toEqual([]) // 1024 rows of this tiny model are nothing
    const config = modelConfig({ ...tinyConfig, hidden_size: 4096, intermediate_size: 11008, num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 32, vocab_size: 32000 }, 'x')
    const seven = trainingMemory({ config, parameters: 6.7e9, trainable: 2e7, dtype: 'bfloat16', rows: 8, length: 2048 })
    expect(seven / 1e9).toBeGreaterThan(13.4)
    expect(trainingMemory({ config, parameters: 6.7e9, trainable: 2e7, dtype: 'float32', rows: 8, length: 2048 })).toBeGreaterThan(seven * 1.5)
  })
})

describe('models and datasets', () => {
  it('describes a model folder, or says what is wrong', async () => {
    const folder = path.join(home, 'model')
    const { parameters } = (await checkReport(args())).plan!
    expect(await inspectAnswer({ id: 7, name: 'model', request: { model_name_or_path: folder } })).toEqual({
      id: 7, ok: true, value: { path: folder, family: 'llama', architecture: 'LlamaForCausalLM', parameters, size: parameters * 4, template: null, own_template: false, problems: [],
        room: { bf16: expect.any(Boolean), fits: [{ length: 256, rows: 16 }, { length: 512, rows: 16 }] } },
    })
    const none = await inspectAnswer({ id: 8, name: 'model', request: { model_name_or_path: '/nowhere' } })
    expect(none).toMatchObject({ ok: true, value: { family: null, problems: [{ code: 'model_path_missing' }] } })
  })

  it('lists datasets with their problems, and a damaged list as a problem', async () => {
    const folder = path.join(home, 'lists')
    mkdirSync(folder)
    writeFileSync(path.join(folder, 'dataset_info.json'), '{"gone": {"file_name": "gone.json"}}')
    const listed = await inspectAnswer({ id: 1, name: 'datasets', request: { dataset_dir: folder } })
    expect(listed).toMatchObject({ ok: true, value: { problem: null, datasets: [{ name: 'gone', problem: { code: 'dataset_file_missing' } }] } })
    writeFileSync(path.join(folder, 'dataset_info.json'), '{"gone": \n {"file_name" "gone.json"}}')
    expect(await inspectAnswer({ id: 2, name: 'datasets', request: { dataset_dir: folder } })).toMatchObject({ ok: true, value: { datasets: [], problem: { values: { line: 2 } } } })
  })

  it('shows rows as conversations', async () => {
    const page = await inspectAnswer({ id: 3, name: 'preview', request: { dataset_dir: path.join(home, 'data'), dataset: 'sums', offset: 38, limit: 10 } })
    expect(page).toMatchObject({ ok: true, value: { total: 40, rows: [{ row: 39, problem: null }, { row: 40, messages: [{ role: 'user', content: 'What is 39 plus 4?' }, { role: 'assistant', content: 'It is 43.' }] }] } })
  })
})

it('bfloat16 is refused where only WASM computes', () => {
  expect(() => checkDtype('bfloat16', 'bf16', true)).toThrow('bfloat16_needs_native')
  expect(() => checkDtype('bfloat16', 'bf16', false)).not.toThrow()
  expect(() => checkDtype('float32', 'bf16', true)).not.toThrow()
})

it('remembers what was read until a file changes', async () => {
  const file = path.join(home, 'note')
  writeFileSync(file, 'one')
  let reads = 0
  const read = remember(async (name: string) => `${name} ${++reads}`, () => [file], 2)
  expect([await read('a'), await read('a'), await read('b')]).toEqual(['a 1', 'a 1', 'b 2'])
  writeFileSync(file, 'three')
  expect([await read('a'), await read('c'), await read('b')]).toEqual(['a 3', 'c 4', 'b 5'])
})
