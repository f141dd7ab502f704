/** The starter's text: the same from the same seed, true, and silent about what the exam will ask. */
import { describe, expect, it } from 'vitest'
import { baseSelf, fill, locales, type Conversation } from '@/tools/starter/conversation'
import { heldOutPairs, identityQuestions } from '@/tools/starter/exam'
import { inWords } from '@/tools/starter/numbers'
import { drawSetting } from '@/tools/starter/persona'
import { createRandom } from '@/tools/starter/random'
import { phases } from '@/tools/starter/recipe'
import { isHeldOut, sumAnswer } from '@/tools/starter/skills/arithmetic'
import { conversations, skills, takeConversations } from '@/tools/starter/text'

/** The first conversations of both phases of training. */
const sample = phases.flatMap(({ seed, weights }) => {
  const stream = conversations(seed, weights)
  return Array.from({ length: 4000 }, () => stream.next().value as Conversation)
})
const turns = sample.flatMap(({ turns }) => turns)

describe('the generator', () => {
  it('gives the same conversations for the same seed, others for another', () => {
    expect(takeConversations(7, 50)).toEqual(sample.slice(0, 50))
    expect(takeConversations(7, 50)).toEqual(takeConversations(7, 50))
    expect(takeConversations(8, 50)).not.toEqual(sample.slice(0, 50))
  })

  it('is told only of skills that there are', () => {
    const names = new Set(skills.map(({ name }) => name))
    for (const { weights } of phases) expect(Object.keys(weights).filter((name) => !names.has(name))).toEqual([])
  })

  it('draws from every skill in both languages without a hole', () => {
    const random = createRandom(3)
    for (const skill of skills)
      for (const locale of locales)
        for (const { user, assistant } of skill.ask(random, locale, baseSelf)) {
          expect(user.trim(), skill.name).not.toBe('')
          expect(assistant.trim(), skill.name).not.toBe('')
          expect(user + assistant, skill.name).not.toMatch(/undefined|NaN|\{\w+\}/)
        }
  })

  it('answers every sum truly, and teaches none that is held out', () => {
    const steps = turns.flatMap(({ assistant }) => (/ = \d+$/.test(assistant) ? assistant.split(', ') : []))
    expect(steps.length).toBeGreaterThan(1500)
    for (const step of steps) {
      const [, sum, total] = /^([\d +-]+) = (\d+)$/.exec(step) ?? []
      const [first, ...rest] = sum.split(' ')
      const value = rest.reduce((value, part, i) => (i % 2 === 0 ? value : value + Number(rest[i - 1] + part)), Number(first))
      expect(value, step).toBe(Number(total))
      if (rest.length === 2) expect(isHeldOut(Number(first), rest[0] as '+' | '-', Number(rest[1])), step).toBe(false)
    }
  })

  it('holds back about a tenth of all sums', () => {
    expect(heldOutPairs('+').length).toBeGreaterThan(800)
    expect(heldOutPairs('+').length).toBeLessThan(1200)
  })

  it('never asks the identity questions of the exam', () => {
    const plain = (text: string): string => text.toLowerCase().replace(/[\p{P}\s]/gu, '')
    const asked = new Set(turns.map(({ user }) => plain(user)))
    for (const [question] of [...identityQuestions.en, ...identityQuestions.zh]) expect(asked.has(plain(question)), question).toBe(false)
  })

  it('never names the one that the demo teaches', () => {
    for (const { system, turns } of sample) expect(JSON.stringify({ system, turns })).not.toMatch(/\bNova\b/)
  })

  it('answers with the name that a system prompt gives', () => {
    const random = createRandom(5)
    const settings = Array.from({ length: 200 }, () => drawSetting(random, 'en'))
    const named = settings.filter(({ self }) => self !== baseSelf)
    expect(named.length).toBeGreaterThan(10)
    for (const { system, self } of named) expect(system).toContain(self.name)
  })
})

describe('a sum worked out', () => {
  it.each([
    [2, '+', 3, '2 + 3 = 5'],
    [47, '+', 38, '7 + 8 = 15, 4 + 3 + 1 = 8, 47 + 38 = 85'],
    [99, '+', 1, '9 + 1 = 10, 9 + 0 + 1 = 10, 99 + 1 = 100'],
    [68, '-', 33, '8 - 3 = 5, 6 - 3 = 3, 68 - 33 = 35'],
    [52, '-', 38, '12 - 8 = 4, 5 - 3 - 1 = 1, 52 - 38 = 14'],
    [40, '-', 40, '0 - 0 = 0, 4 - 4 = 0, 40 - 40 = 0'],
  ] as const)('%i %s %i', (a, operation, b, answer) => expect(sumAnswer(a, operation, b)).toBe(answer))
})

describe('numbers in words', () => {
  it.each([
    [0, 'zero', '零'], [7, 'seven', '七'], [10, 'ten', '十'], [14, 'fourteen', '十四'], [20, 'twenty', '二十'], [42, 'forty-two', '四十二'],
    [100, 'one hundred', '一百'], [105, 'one hundred and five', '一百零五'], [116, 'one hundred and sixteen', '一百一十六'], [198, 'one hundred and ninety-eight', '一百九十八'],
  ])('%i is %s, %s', (n, en, zh) => {
    expect(inWords(n, 'en')).toBe(en)
    expect(inWords(n, 'zh')).toBe(zh)
  })

  it.each([-1, 200, 1.5])('%d is refused', (n) => expect(() => inWords(n, 'en')).toThrow(/out of range/))
})

describe('fill', () => {
  it('leaves doubled braces alone, for they are placeholders of another', () => expect(fill('{x} {{name}}', { x: 1 })).toBe('1 {{name}}'))
  it('throws for a value that is not there', () => expect(() => fill('{y}', { x: 1 })).toThrow(/\{y\}/))
})
