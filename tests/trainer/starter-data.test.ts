/** What ships in data/: made again it is the same, and the project's own readers take every file. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readYaml } from '@/lib/config/yaml'
import { parseArgs, trainingSchema } from '@/lib/config/schema'
import { datasetFiles } from '@/tools/starter/datasets/files'
import { identityRows, novaSelf, placeholderSelf } from '@/tools/starter/datasets/identity'
import { identityQuestions } from '@/tools/starter/exam'

const read = (...parts: string[]): string => readFileSync(path.resolve('data', ...parts), 'utf8')

describe('the shipped datasets', () => {
  it.each(Object.entries(datasetFiles()))('%s is what the generator writes', (name, text) => {
    expect(read(name)).toBe(text)
  })

  it('identity.json keeps the placeholders in every row, and the filled one has none', () => {
    const rows = identityRows(placeholderSelf)
    expect(rows.length).toBeGreaterThanOrEqual(90)
    for (const { output } of rows) expect(output).toMatch(/\{\{(name|author)\}\}/)
    const filled = identityRows(novaSelf)
    for (const { output } of filled) expect(output).not.toMatch(/[{}]|Tuneboard/)
    expect(filled.map(({ instruction }) => instruction)).toEqual(rows.map(({ instruction }) => instruction))
  })

  it('does not give away the questions of the exam', () => {
    const asked = new Set(identityRows(placeholderSelf).map(({ instruction }) => instruction))
    for (const [question] of [...identityQuestions.en, ...identityQuestions.zh]) expect(asked.has(question)).toBe(false)
  })
})

describe('the example configurations', () => {
  const examples = readdirSync(path.resolve('data', 'examples')).filter((name) => name.endsWith('.yaml'))

  it('are there', () => expect(examples.length).toBeGreaterThanOrEqual(5))

  it.each(examples)('%s loads without a fault', (name) => {
    const yaml = readYaml(read('examples', name))
    expect(yaml).toMatchObject({ ok: true })
    if (!yaml.ok) return
    if (yaml.values.do_train) expect(parseArgs(yaml.values)).toMatchObject({ ok: true })
    else expect(trainingSchema.safeParse(yaml.values).error).toBeUndefined()
  })
})
