/** JSON in Python's spelling. Expected texts are what CPython's json module gives. */
import { describe, expect, test } from 'vitest'
import { dumpJson, floatRepr, JsonSyntaxError, parseJson, PyNumber, tryParseJson } from '@/lib/pyjson'

const through = (text: string, indent = 0) => dumpJson(parseJson(text), indent)

test.each([
  ['{"b":1,"a":2}', '{"b": 1, "a": 2}'],
  ['{"10":1,"9":2,"a":3}', '{"10": 1, "9": 2, "a": 3}'],
  ['[1.0,1,1e2,-0,-0.0,1E-7]', '[1.0, 1, 100.0, 0, -0.0, 1e-07]'],
  ['123456789012345678901234567890', '123456789012345678901234567890'],
  ['{"a":{"x":1},"a":2}', '{"a": 2}'],
  ['{"a":1,"b":2,"a":3}', '{"a": 3, "b": 2}'],
  ['"\\u00e9\\ud83d\\ude00\\/\\b\\f"', '"é😀/\\b\\f"'],
  ['"\\u001f\\u007f"', '"\\u001f\x7f"'],
  ['[NaN,Infinity,-Infinity,true,false,null]', '[NaN, Infinity, -Infinity, true, false, null]'],
  ['[[],{},[[]]]', '[[], {}, [[]]]'],
  [' \n{"a" : [ 1 , 2 ] }\t', '{"a": [1, 2]}'],
])('%s', (text, expected) => expect(through(text)).toBe(expected))

test('indentation', () => {
  expect(through('{"a":[1,{"b":[]}],"c":{}}', 4)).toBe('{\n    "a": [\n        1,\n        {\n            "b": []\n        }\n    ],\n    "c": {}\n}')
})

test('a lone surrogate stays as it is', () => expect(through('"\\ud800"')).toBe('"\ud800"'))

test.each([
  [1, '1.0'],
  [0.1, '0.1'],
  [1e-4, '0.0001'],
  [1e-5, '1e-05'],
  [123456789012345680, '1.2345678901234568e+17'],
  [1e16, '1e+16'],
  [9999999999999998, '9999999999999998.0'],
  [1.5e300, '1.5e+300'],
  [5e-324, '5e-324'],
  [-2.5e-10, '-2.5e-10'],
])('the float %d', (value, text) => expect(floatRepr(value)).toBe(text))

describe('errors say where', () => {
  test.each([
    ['[1,\n 2,,3]', 2, 4],
    ['{"a": tru}', 1, 7],
    ['{"a" 1}', 1, 6],
    ["{'a': 1}", 1, 2],
    ['[1, 2', 1, 6],
    ['"abc', 1, 1],
    ['"a\nb"', 1, 3],
    ['{"a": "\\x"}', 1, 8],
    ['{} {}', 1, 4],
    ['', 1, 1],
    ['[01]', 1, 3],
  ])('%j', (text, line, column) => {
    const error = (() => {
      try {
        parseJson(text)
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(JsonSyntaxError)
    expect(error).toMatchObject({ line, column })
    expect(tryParseJson(text)).toBeUndefined()
  })

  test('deep nesting is an error, not a crash', () => expect(() => parseJson('['.repeat(100_000))).toThrow(JsonSyntaxError))
})

test('numbers keep their text', () => {
  const value = parseJson('1.50')
  expect(value).toBeInstanceOf(PyNumber)
  expect(value).toMatchObject({ text: '1.50', float: true, value: 1.5 })
})
