/** Numbers and times as text. */
import { describe, expect, it } from 'vitest'
import { bytes, clock, compact, count, duration, parseDuration, percent, shortNumber, throughput } from '@/lib/format'

describe('duration', () => {
  it.each([
    [0, '0:00:00'],
    [65.9, '0:01:05'],
    [36_000, '10:00:00'],
    [86_399, '23:59:59'],
    [86_400, '1 day, 0:00:00'],
    [200_000, '2 days, 7:33:20'],
    [-3, '0:00:00'],
  ])('%d s is %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
    expect(parseDuration(text)).toBe(Math.max(Math.floor(seconds), 0))
  })

  it('as a clock, whose hours go on', () => expect([0, 65.9, 86_400, 200_000, -3].map(clock)).toEqual(['0:00:00', '0:01:05', '24:00:00', '55:33:20', '0:00:00']))

  it('reads nothing else', () => {
    for (const text of ['', '1:2:3', '0:61:00', 'soon', '1 day']) expect(parseDuration(text)).toBeNull()
  })
})

describe('numbers', () => {
  it('of bytes', () => {
    expect([bytes(0, 'en'), bytes(999, 'en'), bytes(1500, 'en'), bytes(270e6, 'en'), bytes(2.74e9, 'zh'), bytes(5e15, 'en')]).toEqual(['0 B', '999 B', '1.5 KB', '270 MB', '2.7 GB', '5,000 TB'])
  })

  it('with the separators of the language', () => {
    expect([count(1234567.4, 'en'), compact(1234567, 'en'), compact(1234567, 'zh')]).toEqual(['1,234,567', '1.2M', '123.5万'])
    expect([throughput(512.4, 'en'), throughput(24.61, 'zh')]).toEqual(['512 tokens/s', '24.6 词元/秒'])
  })

  it('that were measured', () => {
    expect([0, 1.234567, 5e-5, 1.25e-7, 123456.7, 1e8, Number.NaN].map(shortNumber)).toEqual(['0', '1.235', '5e-5', '1.25e-7', '123500', '1e8', 'NaN'])
  })

  it('as a share, 100 % only at the end', () => {
    expect([percent(0, 'en'), percent(0.999, 'en'), percent(1, 'zh'), percent(-1, 'en')]).toEqual(['0%', '99%', '100%', '0%'])
  })
})
