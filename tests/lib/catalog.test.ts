/** The model catalogue: well-formed rows, the starter first, and finding a model by its path. */
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { catalog, modelByName, modelByPath, starter } from '@/lib/models/catalog'
import { families } from '@/lib/models/families'

describe('catalogue', () => {
  it('starts with the model that is there', () => {
    expect(catalog[0]).toBe(starter)
    expect(existsSync(starter.path)).toBe(true)
  })

  it('has unique names and hub ids', () => {
    expect(new Set(catalog.map(({ name }) => name)).size).toBe(catalog.length)
    expect(catalog.length).toBeGreaterThan(600)
    for (const { name, huggingface, modelscope } of catalog.slice(1)) {
      for (const id of [huggingface, modelscope]) expect(id ?? 'a/b', name).toMatch(/^[\w.-]+\/[\w.-]+$/)
    }
  })

  it.each([
    ['Qwen2.5-0.5B-Instruct', 'qwen2'], ['SmolLM2-135M', 'llama'], ['Gemma-2-2B', 'gemma2'], ['Qwen3-0.6B-Thinking', 'qwen3'], ['Mistral-7B-v0.3', 'mistral'], ['Phi-3-4B-4k-Instruct', 'phi3'],
    ['DeepSeek-R1-8B-Distill', 'llama'], ['DeepSeek-R1-0528-8B-Distill', 'qwen3'], ['Yi-1.5-6B-Chat', 'llama'],
  ])('knows by its name that %s is of %s, and runs here', (name, architecture) => {
    expect(modelByName(name)).toMatchObject({ architecture, obstacle: null })
  })

  it.each([
    ['Qwen2.5-0.5B-Instruct-AWQ', 'qwen2', 'quantised'], ['Yi-6B-Chat-4bits', 'llama', 'quantised'], ['Qwen3-30B-A3B-Base', 'qwen3_moe', 'architecture'], ['Mixtral-8x7B-v0.1', 'mixtral', 'architecture'],
    ['Phi-3-4B-128k-Instruct', 'phi3', 'rope'], ['Gemma-2B', 'gemma', 'architecture'], ['Qwen2.5-VL-3B-Instruct', 'qwen2_5_vl', 'media'], ['Aeva-Chat', null, 'unknown'],
  ])('says what keeps %s from running', (name, architecture, obstacle) => {
    expect(modelByName(name)).toMatchObject({ architecture, obstacle })
  })

  it('knows the architecture of all but a few, and of each that it says runs here', () => {
    expect(catalog.filter(({ architecture }) => architecture === null).length).toBeLessThan(12)
    for (const { architecture, obstacle } of catalog) if (obstacle === null) expect(Object.keys(families)).toContain(architecture)
  })

  it('gives the template of a model', () => {
    expect(modelByName('Qwen2.5-0.5B-Instruct')?.template).toBe('qwen')
    expect(modelByName('Qwen2.5-0.5B')?.template).toBe('default')
    expect(modelByName('nothing')).toBeNull()
  })

  it('finds a model by hub id or folder name', () => {
    for (const path of ['Qwen/Qwen2.5-0.5B-Instruct', '/models/Qwen2.5-0.5B-Instruct/', 'C:\\models\\qwen2.5-0.5b-instruct']) expect(modelByPath(path)?.name, path).toBe('Qwen2.5-0.5B-Instruct')
    expect(modelByPath('data/models/starter')).toBe(starter)
    expect(modelByPath('/models/mine')).toBeNull()
  })
})
