/**
 * convert.json: dataset_info entries resolved, rows of every format aligned (or refused), whole files through reading and Arrow's one shape, and the
 * demo files by hash. Records are read by the lossless parser, since their numbers and key order end up in prompts.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { type Aligned, type RawMessage, RowError } from '@/lib/datasets/align'
import { align } from '@/lib/datasets/formats'
import { type DatasetSource, entrySchema, resolveEntry } from '@/lib/datasets/info'
import { UserError } from '@/lib/errors'
import { dumpJson, type PyValue, toPlain } from '@/lib/pyjson'
import { findDataset, readInfo } from '@/trainer/data/dataset-files'
import { type AlignedRow, openDataset } from '@/trainer/rows/dataset'
import { attempt, type CheckResult, compared, readGoldenExact } from '@/conform/check'

const kept = z.looseObject({ sft: z.boolean(), rm_dpo: z.boolean(), kto: z.boolean(), predict: z.boolean() })
const schema = z.looseObject({
  converter_cases: z.array(
    z.looseObject({
      name: z.string(),
      dataset_info: z.looseObject({}),
      resolved_attributes: z.record(z.string(), z.unknown()),
      results: z.array(z.looseObject({ error: z.unknown().optional(), warnings: z.array(z.string()).default([]), kept_by_processor: kept.optional() })),
    }),
  ),
  pipeline_cases: z.array(
    z.looseObject({ name: z.string(), dataset_info: z.looseObject({ file_name: z.string() }), file_content: z.string(), error: z.unknown().optional() }),
  ),
  real_datasets: z.array(
    z.looseObject({ dataset: z.string(), num_rows: z.number(), sha256_canonical: z.string(), num_warnings: z.number(), turn_counts: z.array(z.number()), total_content_chars: z.number() }),
  ),
})
type Golden = z.output<typeof schema>

export async function* check(dir: string): AsyncGenerator<CheckResult> {
  const exact = readGoldenExact(dir, 'convert.json')
  if (exact === null) return
  const file = schema.parse(toPlain(exact))
  for (const [i, item] of file.converter_cases.entries()) {
    const source = resolveEntry(item.name, entrySchema.parse(item.dataset_info))
    yield compared(`${item.name} attributes`, attributesLike(item.resolved_attributes, item.resolved_attributes), attributesLike(attributes(source), item.resolved_attributes))
    for (const [k, result] of item.results.entries()) {
      const name = `${item.name} ${k}`
      yield attempt(name, () => checkRecord(name, at(exact, 'converter_cases', i, 'results', k), result, source))
    }
  }
  for (const [i, item] of file.pipeline_cases.entries()) yield await checkFile(item, at(exact, 'pipeline_cases', i))
  for (const item of file.real_datasets) yield await checkReal(dir, item)
}

/** A value inside parsed JSON. */
function at(value: PyValue, ...steps: (string | number)[]): PyValue {
  let here: PyValue | undefined = value
  for (const step of steps) {
    if (here instanceof Map) here = here.get(String(step))
    else if (Array.isArray(here)) here = here[Number(step)]
  }
  return here ?? null
}

function attributes(source: DatasetSource): Record<string, unknown> {
  return { formatting: source.formatting, ranking: source.ranking, num_samples: source.num_samples, ...source.columns, ...source.tags }
}

/** Those attributes that this product has; where rows come from and which split are not its concern. */
function attributesLike(values: Record<string, unknown>, wanted: Record<string, unknown>): Record<string, unknown> {
  const foreign = new Set(['load_from', 'subset', 'split', 'folder', 'dataset_name'])
  return Object.fromEntries(Object.keys(wanted).flatMap((key) => (foreign.has(key) ? [] : [[key, values[key]]])))
}

/** An aligned row in the reference's spelling, as JSON text: numbers keep their digits. */
function rowText({ prompt, response, system, tools }: Aligned): string {
  const messages = (list: RawMessage[]): PyValue => list.map(({ role, content }) => new Map<string, PyValue>([['role', role], ['content', content]]))
  return dumpJson(new Map<string, PyValue>([['_prompt', messages(prompt)], ['_response', messages(response)], ['_system', system], ['_tools', tools]]))
}

function checkRecord(name: string, golden: PyValue, result: Golden['converter_cases'][number]['results'][number], source: DatasetSource): CheckResult {
  const record = at(golden, 'record')
  if (!(record instanceof Map)) return { name, ok: false, detail: 'the record is not an object' }
  let aligned: Aligned
  try {
    aligned = align(record, source)
  } catch (error) {
    if (!(error instanceof RowError)) throw error
    return { name, ok: result.error !== undefined, detail: `refused: ${error.message}` }
  }
  if (result.error !== undefined) return { name, ok: false, detail: `expected to be refused, found ${rowText(aligned)}` }
  const odd = aligned.prompt.length % 2 === 1
  const answers = aligned.response.length
  const uses = { sft: odd && answers === 1, rm_dpo: odd && answers >= 2, kto: odd && answers >= 2, predict: odd }
  return compared(
    name,
    { row: dumpJson(at(golden, 'output')), warned: result.warnings.length > 0, ...(result.kept_by_processor && { uses: result.kept_by_processor }) },
    { row: rowText(aligned), warned: aligned.broken.length > 0, ...(result.kept_by_processor && { uses }) },
  )
}

/** A whole file: written to disk, and read as a training reads it. Where the reference refuses the file for a row, the row must be refused. */
async function checkFile(item: Golden['pipeline_cases'][number], golden: PyValue): Promise<CheckResult> {
  const name = `pipeline ${item.name}`
  const folder = mkdtempSync(path.join(tmpdir(), 'conform-'))
  try {
    writeFileSync(path.join(folder, item.dataset_info.file_name), item.file_content)
    const rows = await alignedRows(resolveEntry(item.name, entrySchema.parse(item.dataset_info)), folder)
    const refused = rows.find(({ fault }) => fault)
    if (refused) return { name, ok: item.error !== undefined, detail: `refused: ${JSON.stringify(refused.fault)}` }
    const wanted = at(golden, 'rows')
    return compared(name, item.error ?? (Array.isArray(wanted) ? wanted.map((row) => dumpJson(row)) : null), rows.flatMap(({ aligned }) => (aligned ? [rowText(aligned)] : [])))
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { name, ok: item.error !== undefined, detail: `refused: ${String(error)}` }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function alignedRows(source: DatasetSource, folder: string): Promise<AlignedRow[]> {
  const { store, count, align: alignRows } = await openDataset(source, folder)
  try {
    return alignRows(await store.read(1, count + 1))
  } finally {
    await store.close()
  }
}

async function checkReal(dir: string, item: Golden['real_datasets'][number]): Promise<CheckResult> {
  const name = `real ${item.dataset}`
  const folder = path.join(dir, '..', 'realdata')
  if (!existsSync(folder)) return { name, ok: false, unsupported: `data files in ${folder}` }
  const source = findDataset(await readInfo(folder), item.dataset, folder, 'dataset')
  const rows = (await alignedRows(source, folder)).flatMap(({ aligned }) => (aligned ? [aligned] : []))
  const contents = rows.flatMap(({ prompt, response }) => [...prompt, ...response].map(({ content }) => content))
  const canonical = rows.map(({ prompt, response, system, tools }) => {
    const pairs = (list: RawMessage[]) => list.map(({ role, content }) => [role, toPlain(content)])
    return JSON.stringify([pairs(prompt), pairs(response), toPlain(system), toPlain(tools)])
  })
  const { num_rows, sha256_canonical, num_warnings, turn_counts, total_content_chars } = item
  return compared(name, { num_rows, sha256_canonical, num_warnings, turn_counts, total_content_chars }, {
    num_rows: rows.length,
    sha256_canonical: createHash('sha256').update(canonical.join('\n')).digest('hex'),
    num_warnings: rows.filter(({ broken }) => broken.length > 0).length,
    turn_counts: [...new Set(rows.map(({ prompt }) => prompt.length))].sort((a, b) => a - b),
    total_content_chars: contents.reduce((sum: number, content) => sum + (typeof content === 'string' ? [...content].length : 0), 0),
  })
}
