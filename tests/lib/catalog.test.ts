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

  it('has unique names, hub ids and known families', () => {
    expect(new Set(catalog.map(({ name }) => name)).size).toBe(catalog.length)
    expect(catalog.length).toBeGreaterThan(400)
    for (const { name, huggingface, modelscope, family } of catalog.slice(1)) {
      for (const id of [huggingface, modelscope]) expect(id ?? 'a/b', name).toMatch(/^[\w.-]+\/[\w.-]+$/)
      if (family !== null) expect(Object.keys(families)).toContain(family)
    }
  })

  it('knows families from names, and leaves out what they cannot run', () => {
    const familyOf = (name: string) => modelByName(name)?.family
    expect([familyOf('Qwen2.5-0.5B-Instruct'), familyOf('SmolLM2-135M'), familyOf('Gemma-2-2B'), familyOf('Qwen3-0.6B-Thinking'), familyOf('Mistral-7B-v0.3'), familyOf('Phi-3-4B-4k-Instruct')]).toEqual([
      'qwen2', 'llama', 'gemma2', 'qwen3', 'mistral', 'phi3',
    ])
    for (const name of ['Qwen2.5-0.5B-Instruct-AWQ', 'Qwen3-30B-A3B-Base', 'Mixtral-8x7B-v0.1', 'Phi-3-4B-128k-Instruct', 'Gemma-2B']) expect(familyOf(name), name).toBeNull()
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
