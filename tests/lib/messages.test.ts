/** Every sentence in every language: nothing forgotten, nothing filled that is not asked for, and no language in another's sentence. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { internalFault, jsonProblem, schemaProblem, systemProblem } from '@/lib/causes'
import { faultSchema, type Fault, type FaultValue, problem, type Problem, type ProblemCode } from '@/lib/errors'
import { sentence, translate, words } from '@/lib/messages'
import { en, type ErrorCode } from '@/lib/messages/en'
import { locales } from '@/lib/messages/locales'
import { zh } from '@/lib/messages/zh'
import { keptNames } from '../names'

const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()
const problems = Object.entries(en.problems) as [ProblemCode, string][]
const errors = Object.entries(en.errors) as [ErrorCode, string][]

/** A value that no language knows. */
const plain = (text: string, inside: (name: string) => FaultValue = () => '※'): Record<string, FaultValue> =>
  Object.fromEntries(names(text).map((name) => [name, inside(name)]))
const whole = ([code, text]: [ProblemCode, string]): Problem => ({ code, values: plain(text) })

/** Two words of English in a row; names of settings and files have neither spaces nor two words. */
const english = /[A-Za-z]{2,} [a-z]{2,}/
/** What Chinese keeps as it is: names of products, commands, and settings in a row. */
const kept = /Hugging Face|npm run runtime|npm start|--key value/g
const foreign = (text: string): string | null => english.exec(text.replace(kept, ''))?.[0] ?? null

/** Every text of a tree, by its path. */
function textsIn(tree: object, at: string[] = []): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[[...at, key].join('.'), value] as [string, string]] : textsIn(value as object, [...at, key])))
}
const others = locales.filter((locale) => locale !== 'en')
const englishTexts = textsIn(en)

describe('every table', () => {
  test.each(others)('%s has every text of English, with the same values in it', (locale) => {
    const theirs = new Map(textsIn(translate(locale)))
    expect([...theirs.keys()].sort()).toEqual(englishTexts.map(([key]) => key).sort())
    const differing = englishTexts.filter(([key, text]) => names(theirs.get(key) ?? '').join() !== names(text).join()).map(([key]) => key)
    expect(differing).toEqual([])
  })

  test.each(others)('%s leaves nothing in English but names', (locale) => {
    const theirs = new Map(textsIn(translate(locale)))
    const says = (text: string) => /[A-Za-z]{2}/.test(text.replace(/\{\w+\}/g, '')) && !keptNames.has(text)
    expect(englishTexts.filter(([key, text]) => says(text) && theirs.get(key) === text).map(([key, text]) => `${key}: ${text}`)).toEqual([])
  })

  test('a problem is a part: it begins small and ends without a stop', () => {
    for (const [code, text] of problems) expect(/^[A-Z]|[.。]$/.test(text) && !/^JSON/.test(text), `${code}: ${text}`).toBe(false)
    for (const [code, text] of Object.entries(zh.problems)) expect(text, code).not.toMatch(/[。；]$/)
  })
})

describe('a sentence in Chinese', () => {
  test.each(errors)('%s holds no English', (code, text) => expect(foreign(sentence({ code, values: plain(text) }, 'zh'))).toBeNull())

  test('whatever problem it holds, however deep', () => {
    const deep = problems.map((one): Fault => ({ code: 'dataset_unsupported', values: { dataset: 'd', problem: problem('dataset_useless', { row: 1, column: 'c', problem: whole(one) }) } }))
    const told = deep.map((fault) => [sentence(fault, 'zh'), sentence(fault, 'en')])
    for (const [chinese, text] of told) {
      expect(foreign(chinese), chinese).toBeNull()
      expect(chinese).not.toMatch(/[{}]/)
      expect(text).toMatch(/^Dataset d: none of its rows can be trained on; row 1, field "c": /)
    }
    expect(foreign(told[0][1])).not.toBeNull()
  })

  test('words of its own in a part inside a part', () => {
    const fault: Fault = { code: 'dataset_row_invalid', values: { dataset: 'd', row: 3, column: problem('row_turn_of', { column: 'messages', turn: 2 }), problem: problem('must_be', { found: 'null', wanted: problem('kind_text') }) } }
    expect(sentence(fault, 'en')).toBe('Dataset d: row 3, field "messages, turn 2": it is null, but must be a text.')
    expect(sentence(fault, 'zh')).toBe('数据集 d：第 3 行的字段“messages 第 2 轮”有误：其值为null，应为文本。')
  })
})

describe('what others say', () => {
  test.each([
    ['ENOENT', 'it is not there (ENOENT)', '不存在（ENOENT）'],
    ['EACCES', 'permission is denied (EACCES)', '没有权限（EACCES）'],
  ])('the system: %s', (code, text, chinese) => {
    const found = systemProblem(Object.assign(new Error(`${code}: the system's own words`), { code }))
    expect([words(found, 'en'), words(found, 'zh')]).toEqual([text, chinese])
  })

  test('an error without a code that is known is quoted', () => expect(systemProblem(Object.assign(new Error('odd thing'), { code: 'EODD' }))).toBe('odd thing'))

  test('a failure of ours is quoted without its own stop', () => expect(sentence(internalFault(new Error('No addon. ')), 'en')).toContain('Tuneboard: No addon. Please'))

  const schema = z.strictObject({ rank: z.number().int().min(1), kind: z.enum(['a', 'b']), name: z.string().min(1), list: z.array(z.string()).max(1), on: z.union([z.boolean(), z.null()]), inner: z.strictObject({ x: z.number().lt(1) }) })
  const good = { rank: 1, kind: 'a', name: 'n', list: [], on: true, inner: { x: 0 } }
  test.each<[unknown, string]>([
    [{ ...good, rank: '1' }, 'rank: it is a text, but must be a number'],
    [{ ...good, rank: 1.5 }, 'rank: it is 1.5, but must be a whole number'],
    [{ ...good, rank: 0 }, 'rank: it is 0, but must be ≥ 1'],
    [{ ...good, rank: undefined }, 'rank: it is missing'],
    [{ ...good, kind: 'c' }, 'kind: it is "c", but must be "a" | "b"'],
    [{ ...good, name: '' }, 'name: its length is 0, but must be ≥ 1'],
    [{ ...good, list: ['a', 'b'] }, 'list: its length is 2, but must be ≤ 1'],
    [{ ...good, list: [3] }, 'list.0: it is 3, but must be a text'],
    [{ ...good, on: 'yes' }, 'on: it is a text, which cannot stand there'],
    [{ ...good, inner: { x: 1 } }, 'inner.x: it is 1, but must be < 1'],
    [{ ...good, inner: { x: 0, y: 1 } }, 'inner: it has unknown keys: y'],
    [[], 'the file: it is a list, but must be an object'],
  ])('zod, of %j', (value, text) => {
    const { error } = schema.safeParse(value)
    if (!error) throw new Error('nothing was refused')
    const found = schemaProblem(error, value)
    expect(words(found, 'en')).toBe(text)
    expect(foreign(words(found, 'zh'))).toBeNull()
  })

  test.each([
    ['{"a": }', 'it is not valid JSON at line 1, column 7: a value is expected'],
    ['[1,\n2', "it is not valid JSON at line 2, column 2: ',' or ']' is expected"],
    ['[NaN]', 'it holds NaN or Infinity, which JSON does not know'],
  ])('a text that is no JSON: %j', (text, said) => expect(words(jsonProblem(text), 'en')).toBe(said))
})

describe('on the way', () => {
  const nested = { code: 'file_unreadable', values: { path: 'x', problem: { code: 'at', values: { place: 'a', problem: { code: 'system_gone', values: { code: 'ENOENT' } } } } } }
  test('a nested fault passes the schema as it is', () => expect(faultSchema.parse(JSON.parse(JSON.stringify(nested)))).toEqual(nested))

  test.each([
    [{ code: 5, values: {} }],
    [{ code: 'internal' }],
    [{ code: 'internal', values: { problem: null } }],
    [{ code: 'internal', values: { problem: { code: 'at' } } }],
    [{ code: 'internal', values: { problem: { code: 'at', values: { place: ['x'] } } } }],
    [{ code: 'internal', values: { problem: { code: 'at', values: {}, more: 1 } } }],
  ])('%j is no fault', (value) => expect(faultSchema.safeParse(value).success).toBe(false))

  test("another version's codes are shown as they are", () => {
    const fault = faultSchema.parse({ code: 'of_tomorrow', values: { problem: { code: 'also', values: { x: 1 } } } })
    expect(sentence(fault, 'zh')).toBe('of_tomorrow {"problem":"also {\\"x\\":1}"}')
    expect(translate('en').errors).not.toHaveProperty('of_tomorrow')
  })
})
