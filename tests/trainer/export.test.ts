/** The command `export`: a whole folder or none, never over another; what the merged numbers are is tested with `merge.ts`. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { readAdapterSettings, writeAdapter } from '@/trainer/adapter/adapter'
import { modelConfig } from '@/lib/models/config'
import { initLora, loraSpecs, loraTargets } from '@/trainer/adapter/lora'
import { exportModel } from '@/trainer/export/export'
import { compare } from '@/trainer/export/verify'
import { readGguf } from '@/trainer/gguf/read'
import { readHeader } from '@/trainer/weights/safetensors'
import { makeTinyModel, tinyConfig } from './tiny-model'

let home: string
const at = (...parts: string[]) => path.join(home, ...parts)

beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'tuneboard-export-'))
  makeTinyModel(at('model'))
  const config = readFileSync(at('model', 'config.json'), 'utf8')
  writeFileSync(at('model', 'config.json'), config.replace('"rope_theta":10000', '"rope_theta":10000.0'))
  const specs = loraSpecs(loraTargets(modelConfig(tinyConfig, 'tiny'), ['q_proj']), 4)
  const tensors = initLora(specs, 1).map((tensor) => ({ ...tensor, data: tensor.data.fill(0.1) }))
  writeAdapter(at('adapter'), { rank: 4, alpha: 8, dropout: 0, use_rslora: false, use_dora: false, target_modules: ['q_proj'], base_model_name_or_path: null }, tensors)
  expect(readAdapterSettings(at('adapter')).rank).toBe(4)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function exported(...words: string[]): Promise<string> {
  const said: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0)
  try {
    writeFileSync(at('export.yaml'), `model_name_or_path: ${at('model')}\nadapter_name_or_path: ${at('adapter')}\ntemplate: chatml\nexport_dir: ${at('merged')}\nexport_size: 1\n`)
    expect(await exportModel([at('export.yaml'), ...words])).toBe(0)
  } finally {
    write.mockRestore()
  }
  return said.join('')
}

it('makes a folder that is a model, and says how far it is', async () => {
  const said = await exported()
  expect(said).toMatch(/^0 %\n(\d+ %\n)+Exported to .*merged\n$/)
  expect(readdirSync(at('merged')).sort()).toEqual(['Modelfile', 'chat_template.jinja', 'config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
  expect([...readHeader(at('merged', 'model.safetensors')).keys()].sort()).toEqual([...readHeader(at('model', 'model.safetensors')).keys()].sort())
  expect(readFileSync(at('merged', 'model.safetensors')).equals(readFileSync(at('model', 'model.safetensors')))).toBe(false)
  expect(readdirSync(home).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

it('writes another number type, and says so in config.json', async () => {
  await exported('infer_dtype=float16', `export_dir=${at('half')}`)
  expect([...readHeader(at('half', 'model.safetensors')).values()].map(({ dtype }) => dtype)).toEqual(Array(readHeader(at('half', 'model.safetensors')).size).fill('F16'))
  const before = readFileSync(at('model', 'config.json'), 'utf8')
  expect(readFileSync(at('half', 'config.json'), 'utf8')).toBe(before.replace('"torch_dtype":"float32"', '"torch_dtype":"float16"'))
  expect(before).toContain('"rope_theta":10000.0,') // which transformers tells from 10000
})

it('copies an adapter with its tokenizer, and nothing else of its folder', async () => {
  writeFileSync(at('adapter', 'optimizer.safetensors'), '')
  await exported('--format', 'adapter', `export_dir=${at('alone')}`)
  expect(readdirSync(at('alone')).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors', 'chat_template.jinja', 'tokenizer.json', 'tokenizer_config.json'])
  expect(readFileSync(at('alone', 'adapter_model.safetensors')).equals(readFileSync(at('adapter', 'adapter_model.safetensors')))).toBe(true)
})

it('makes one GGUF file and a modelfile that names it', async () => {
  await exported('--format', 'gguf', '--gguf_type=q8_0', `export_dir=${at('gguf')}`)
  expect(readdirSync(at('gguf')).sort()).toEqual(['Modelfile', 'model-adapter-Q8_0.gguf'])
  expect(readFileSync(at('gguf', 'Modelfile'), 'utf8')).toContain('FROM ./model-adapter-Q8_0.gguf\n')
  const { keys, tensors } = readGguf(at('gguf', 'model-adapter-Q8_0.gguf'))
  expect(keys.get('tokenizer.ggml.pre')).toBe('gpt-2')
  expect(keys.get('tokenizer.chat_template')).toContain('<|im_start|>')
  expect(tensors.get('blk.0.attn_q.weight')).toMatchObject({ shape: [32, 32], type: 'q8_0' })
})

it('says what a format needs, and which formats there are', async () => {
  await expect(exported('adapter_name_or_path=', '--format', 'adapter', `export_dir=${at('none')}`)).rejects.toMatchObject({ faults: [{ code: 'export_adapter_needed' }] })
  await expect(exported('--format', 'onnx')).rejects.toMatchObject({ fault: { code: 'not_an_option', values: { key: '--format', value: 'onnx', options: 'merged, adapter, gguf' } } })
})

it('says which weight float16 cannot hold', async () => {
  makeTinyModel(at('large'))
  const tensors = [...readHeader(at('large', 'model.safetensors')).values()]
  const { begin } = tensors[0]
  const bytes = readFileSync(at('large', 'model.safetensors'))
  bytes.writeFloatLE(70000, begin)
  writeFileSync(at('large', 'model.safetensors'), bytes)
  await expect(exported(`model_name_or_path=${at('large')}`, 'infer_dtype=float16', `export_dir=${at('none')}`)).rejects.toMatchObject({ fault: { code: 'export_overflow', values: { tensor: 'model.embed_tokens.weight' } } })
  expect(readdirSync(home).filter((name) => name.includes('none') || name.endsWith('.tmp'))).toEqual([])
})

it.each(['merged', 'gguf'])('loads what it wrote and finds the logits of base and adapter: %s', async (format) => {
  const said = await exported('--format', format, '--gguf_type', 'f32', '--verify', `export_dir=${at(`checked-${format}`)}`)
  const [, tokens, logits, agreement] = /Compared over (\d+) tokens: logits differ by at most ([\de.-]+), .* agrees in (\d+) %/.exec(said) ?? []
  expect(Number(tokens)).toBe(48)
  expect(Number(logits)).toBeLessThan(1e-4)
  expect(agreement).toBe('100')
})

it('sees in the logits that a file is another', () => {
  const wanted = Float32Array.of(1, 2, 3, 3, 2, 1)
  expect(compare(wanted, Float32Array.of(1, 2, 3, 3, 2, 1), 3)).toEqual({ tokens: 2, logits: 0, probability: 0, agreement: 1 })
  expect(compare(wanted, Float32Array.of(1, 2, 3, 3, 4, 1), 3)).toMatchObject({ logits: 2, agreement: 0.5 })
  expect(compare(wanted, Float32Array.of(1, 2, NaN, 3, 2, 1), 3)).toMatchObject({ probability: 1 })
})

it('leaves nothing where it is asked to stop half-way', async () => {
  const said: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said.push(String(text))
    if (said.length === 1) process.emit('SIGTERM')
    return true
  })
  try {
    expect(await exportModel([at('export.yaml'), `export_dir=${at('stopped')}`])).toBe(143)
  } finally {
    write.mockRestore()
    process.removeAllListeners('SIGTERM')
  }
  expect(said).toEqual(['0 %\n'])
  expect(readdirSync(home).filter((name) => name.startsWith('stopped'))).toEqual([])
})

it('leaves a folder alone that holds anything', async () => {
  mkdirSync(at('full'))
  writeFileSync(at('full', 'mine.txt'), '')
  await expect(exported(`export_dir=${at('full')}`)).rejects.toMatchObject({ faults: [{ code: 'export_dir_taken', values: { path: at('full') } }] })
  expect(readdirSync(at('full'))).toEqual(['mine.txt'])
})

it('writes nothing when the adapter does not fit', async () => {
  await expect(exported(`adapter_name_or_path=${at('model')}`, `export_dir=${at('none')}`)).rejects.toMatchObject({ faults: [{ code: 'adapter_missing' }] })
  expect(existsSync(at('none'))).toBe(false)
})
